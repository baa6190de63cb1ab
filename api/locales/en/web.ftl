# Around every page, and what pages with forms share.
site = Kairan, the neighbourhood circular
site-name = Kairan
site-kind = 回覧板
site-says = What your neighbourhood has to tell, at once and to everybody.
skip = Skip to the text
menu = Menu
menu-sign-in = Sign in
menu-notices = Notices
menu-home = My home
menu-notifications = Notifications
menu-compose = Write
menu-office = Sent
menu-roster = Roster
menu-seats = Officers
sign-out = Sign out
devices-link = Your devices
privacy-link = How your data is used
language-choice = Language
device-told = Another device has begun to use Kairan as you.
device-look = Check whether it is yours
consent-asked = Please read how your data is used.
consent-read = Read and agree

# After the words of a button, for whom they are; heard and not seen.
of-whom = {": "}{ $name }

faults-title = Please check what you entered

next-sign-in-title = Please sign in
next-home-title = This page can't be shown
next-back-title = That was not accepted
next-wait-title = Please wait a moment
next-sign-in = Sign in, then try again.
next-sign-in-button = Sign in
next-joined = If you joined with the code of a slip
next-home = Notices of an association that you have left, and what has been taken away, can no longer be seen. It may also not be meant for you. The notices that you get now are in the list.
next-home-address = If you typed the address, please check it.
next-others = Your role may have changed, or this is for others to do.
next-back = Go back in your browser, put it right and send it again.
next-wait = Open this page again in a while. If it is urgent, please call, or listen to the public loudspeakers.
to-notices = To the notices

home-title = The neighbourhood circular on your phone
home-headline = The neighbourhood circular comes <wbr>to your phone
home-lead = Notices of your city and your neighbourhood association reach you the same day. Press “I have read this”, and they know.
home-join-title = New here?
home-join = Use the 16 letters of the code on your <strong>joining slip (加入票)</strong>. You need neither a mail address nor a password.
home-join-button = Join with the code of a slip
home-no-slip = If you have no slip, ask an officer of your neighbourhood association (自治会・町内会).
home-seats-title = Officers and city staff
home-seats-button = Sign in (officers, staff)

# What people agree to: the Japanese words are those of purposes.rs.
purpose-arrive = To bring notices of your city and your neighbourhood association to your phone
purpose-read = To tell the officers and the group leader of your association, household by household, whether it has read. The city is told numbers only
purpose-safe = To let the association find, in a disaster for example, the households that have not been reached
purpose-kept = For this, your household, your name (if you give one), your devices and when you read notices are kept. They are used for nothing else, and given to no advertisers or others. When you leave, what can be told to be yours is deleted.
purpose-original-counts = If the texts differ, the one in 日本語 is right: it is what you agree to.
purpose-original = The text in 日本語

## What could not be done, whatever it was.
problem-not-found = This could not be found.
problem-unauthenticated = Please sign in.
problem-invalid = Something is not right yet. Please mend it and send it again.
problem-too-many-tries = This was tried too often in a row. Please wait a while and try again.
problem-internal = It did not work, and the fault is ours. Please try again later.
problem-unavailable = Many people are here just now. Please wait a moment and try again.
problem-refused = What was sent could not be read.
problem-query = What stands behind the “?” of the address can’t be read ({ $cause }).
problem-form = The form could not be read. Open the page anew and send it again.
problem-file = The file could not be read. Please choose it again.
problem-body-too-large = What was sent is too large (up to { $limit } kB).
problem-unsupported-media-type = Send it with the Content-Type { $kind }.
problem-body-broken = It broke off on the way. Please send it again.
problem-body-too-slow = It took too long to arrive.
problem-foreign-origin = This can’t be sent from here. Open { $own } and do it there.
problem-idempotency-key-reused = The same Idempotency-Key was used for something else. Send it with another one.

## What is wrong with a field.
fault-named = { $label }: { $detail }
fault-missing = Please fill this in.
fault-choose-one = Please choose one.
fault-choose-file = Please choose a file.
fault-number = Please type a number.
fault-too-short = This is too short: { $value } characters or more.
fault-too-long = This is too long: { $value } characters at most.
fault-at-least = It has to be { $value } or more.
fault-at-most = It has to be { $value } or less.
fault-mail-address = This is not a mail address.
fault-form = This is not of the right form.
fault-without = It has to contain “{ $value }”.
fault-beginning = It has to begin with “{ $value }”.
fault-ending = It has to end with “{ $value }”.
fault-not-the-same = It has to be the same as “{ $value }”.
fault-ascii = Use plain letters, digits and signs.
fault-alphanumeric = Use plain letters and digits.
fault-odd-letter = There is a character in it that can’t be used ({ $value }). Please take it out.
fault-odd-letters = There are characters in it that can’t be used.
fault-odd-or-long = There are characters in it that can’t be used, or it is too long.
fault-one-line = Write it on one line, without tabs.
fault-day = Write the day like 2026-12-01.
fault-moment = Write it like 2026-12-06 or 2026-12-06T09:00:00+09:00.
fault-choose-day = Please choose a day.
fault-choose-moment = Please choose a day and an hour.
fault-in-the-past = It has to be in the future.
fault-too-far-ahead = It has to be within a year.
fault-limit = It has to be from 1 to 100.
fault-cursor = Hand back the next_cursor of the page before, as it is.
fault-idempotency-key = It has to be of letters and digits, 200 at most.
fault-unknown-choice = “{ $value }” can’t be used (one of { $choices }).
fault-unknown-field = There is no field “{ $field }”.
fault-missing-field = “{ $field }” is missing.
fault-field-twice = “{ $field }” is there twice.
fault-kind = This is not of the right kind ({ $cause }).
fault-json = This is no JSON (line { $line }, column { $column }).
fault-unknown-area = There is no area with this code.
