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

problem-sign-in-title = Please sign in
problem-home-title = This page can't be shown
problem-back-title = That was not accepted
problem-wait-title = Please wait a moment
problem-sign-in = Sign in, then try again.
problem-sign-in-button = Sign in
problem-joined = If you joined with the code of a slip
problem-not-found = The notice may have been taken back, or may not be for you.
problem-forbidden = Your role may have changed, or this is for others to do.
problem-back = Go back in your browser, put it right and send it again.
problem-wait = Open this page again in a while. If it is urgent, please call, or listen to the public loudspeakers.
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
