# Notifications of this device, when and for what one is rung, and how many phones a notice reached.
push-joined-as = You are: { $who } ({ $place }).
push-joined-wrong = If that is not you
push-title = Notifications
push-joined-title = You have joined
push-joined = Turn notifications on, and notices reach you at once.
push-saved = Your choices are saved.
push-turned-on = Notifications are on.
push-turned-off = Notifications are off.
push-failed = That did not work. Please press it again where you have a signal.
push-off-title = Notifications: off
push-off = This device will ring when there is a notice. Press the button, then choose “Allow”.
push-turn-on = Turn notifications on
push-later = Later: show me the notices
push-on-title = Notifications: on
push-on = This device rings when there is a notice. At night it rings for emergencies alone.
push-to-notices = To the notices
push-turn-off = Turn notifications off
push-blocked-title = Notifications: blocked
push-blocked = Notifications of this site are blocked or off in the settings of this device. This is how to put it right.
push-android-title = Android phone (Chrome)
push-android-1 = Press the sign left of the address at the top of the screen (a lock, or two sliders).
push-android-2 = Choose “Permissions” and set “Notifications” to “Allow”.
push-android-3 = Come back to this page and press “Look again” below.
push-android-system = If that does not help, look in your phone's “Settings” under “Notifications” whether “Chrome” is on.
push-iphone-title = iPhone
push-iphone-1 = Open “Settings” and choose “Notifications”.
push-iphone-2 = Choose “かいらん” from the list and turn “Allow Notifications” on.
push-iphone-3 = Open “かいらん” from the home screen again.
push-desktop-title = Computer
push-desktop-1 = Press the sign left of the address at the top of the window (a lock, or two sliders).
push-desktop-2 = Set “Notifications” to “Allow”. If it is not there, look under “Site settings”.
push-desktop-3 = Come back to this page and press “Look again” below.
push-look-again = Look again
push-outside-title = Notifications on an iPhone
push-outside = On an iPhone, notifications can be turned on once this page is on the home screen. Please do these three things, once.
push-outside-old = An iPhone with an iOS older than 16.4 can't receive them. You can update it in “Settings” under “General”.
push-unable-title = This device can't receive notifications
push-unable = This browser does not know notifications, or the page is open in a private window. You can always read the notices by opening this page.
push-unable-try = If you opened this page inside an app such as LINE, open it in Chrome (on an iPhone, Safari) instead. On a computer, try Chrome, Edge or Firefox.
push-no-script = Turning notifications on and off needs JavaScript. You can read the notices without it.
push-help = If you need help, ask an officer of your neighbourhood association or your community centre.

push-test-title = Test whether notifications arrive
push-test = { $n ->
    [one] The device with notifications on rings once, now, even at night.
   *[other] The { $n } devices with notifications on ring once, now, even at night.
  }
push-test-button = Ring now
push-test-sending-title = Sending
push-test-sending = It will ring in a few seconds.
push-test-look = See how it went
push-test-sent-title = Sent
push-test-sent = If your device shows “{ lock-test }”, all is well. If not, please check the following.
push-test-hint-sound = Is the device switched on and connected, and the volume up?
push-test-hint-manner = Is it silent, or in “Do not disturb” or “Focus”?
push-test-hint-system = In the phone's “Settings” under “Notifications”: is “かいらん” or “Chrome” on?
push-test-hint-anew = If it still does not show, press “Turn notifications off” above, then “Turn notifications on” again.
push-test-late-title = Not sent yet
push-test-late = Sending takes longer than usual. Please try again in a few minutes.
push-test-gone-title = Could not be sent
push-test-gone = The device was no longer registered. If it says “Notifications: on” above, it has been registered again: please try once more. If it says “Turn notifications on”, press that.
push-test-some-title = Sent to { $accepted } of { $n } devices
push-test-some-gone = { $gone ->
    [one] One device was no longer registered. Open this page on the one that did not ring. If it says “Turn notifications on”, press that.
   *[other] { $gone } devices were no longer registered. Open this page on those that did not ring. If it says “Turn notifications on”, press that.
  }
push-test-some-late = The others have not been sent it yet. Please try again in a few minutes.
push-test-some-failed = For the others, the phone's maker (such as Google or Apple) did not take it. Open this page on a device that did not ring, press “Turn notifications off”, then “Turn notifications on” again.
push-test-failed-title = Could not be sent
push-test-failed = The phone's maker (such as Google or Apple) did not take it. Press “Turn notifications off” above, then “Turn notifications on” again, and try once more.

push-choices-title = Choose what rings
push-choices = Emergencies always ring. Here you choose for everything else. What does not ring still comes to your list.
push-quiet-title = Quiet hours
push-quiet-hint = What comes out in between rings when they end. Up to 12 hours.
push-quiet-from = Quiet from
push-quiet-to = Until
push-quiet-none = No quiet hours
push-hour-midnight = midnight
push-hour-am = { $hour } am
push-hour-noon = noon
push-hour-pm = { $hour } pm
push-fyi-title = Notices that are only good to know (参考)
push-fyi-hint = There is no hurry about these. Once a week you are told how many you have not read.
push-fyi-weekly = Ring once a week for all of them
push-fyi-at-once = Ring for each
push-fyi-never = Don't ring
push-weekday = Day of the week
push-day-1 = Monday
push-day-2 = Tuesday
push-day-3 = Wednesday
push-day-4 = Thursday
push-day-5 = Friday
push-day-6 = Saturday
push-day-7 = Sunday
push-hour = Time
push-muted-title = What does not ring
push-muted-hint = What you tick does not ring. What everybody has to read (必読) rings all the same.
push-save = Ring like this

push-step-1 = Press the share button
push-step-1-more = It is at the bottom of the screen: a square with an arrow that points up. If you don't see it, look under “…”.
push-step-2 = Press “Add to Home Screen”
push-step-2-more = Scroll down the list to find it. On the next screen, press “Add” at the top right.
push-step-3 = Open “かいらん” from your home screen
push-step-3-more = Notifications arrive when it was opened from there. The first time, press “Start here”. You do not need the code of your slip again.

push-delivery-back = Back to the notice
push-delivery-title = How many phones it reached
push-delivery-going-on = Being delivered
push-delivery-done = Delivered
push-delivery-share = Share that it reached
push-delivery-nobody = There is no phone to ring
push-delivery-nobody-says = Nobody whom it is for has turned notifications on yet. The notice is in their lists.
push-delivery-of = It reached { $accepted } of the { $phones ->
    [one] { $phones } phone
   *[other] { $phones } phones
  } that are to ring.
push-delivery-again = Show the latest numbers
push-delivery-phones = { $n }
push-delivery-subscriptions = Phones it is for
push-delivery-accepted = Reached
push-delivery-retrying = Still to be sent
push-delivery-in-peace = Not to be rung
push-delivery-gone = No longer in use
push-delivery-given-up = Not reached
push-delivery-first = First reached at
push-delivery-last = Last reached at
push-delivery-in-peace-says = “Not to be rung” are phones of people who receive what is only good to know once a week, or who chose not to be rung for notices of this kind. The notice is in their list.
push-delivery-shortened = A service keeps the message for a phone that is switched off for less long than we asked. If the phone is not switched on by then, it does not ring.
push-delivery-says = “Reached” means that the phone's maker (such as Google or Apple) took the message. Who has read it stands under “Who has read it”.

## What could not be done.
fault-quiet-hours = Quiet hours have to be 1 to 12 hours.
fault-quiet-hours-with-city = At night, notifications are also held back during hours set by the city. Please choose shorter quiet hours, so that at least two hours of the day are left.
fault-weekday = The weekday has to be a number from 1 (Monday) to 7 (Sunday).
fault-hour = The hour has to be a number from 0 to 23.
fault-category = There is no such category.
fault-endpoint = Nothing can be sent to this push service. Please try another browser.
fault-public-key = This can’t be read as a browser’s public key.
fault-secret = It has to be 16 bytes in base64url.
problem-endpoint-taken = Notifications of this browser belong to somebody else here. Turn them off and on again.
problem-no-browser = There is no device with notifications on. Turn them on first.
