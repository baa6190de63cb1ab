# Signing in and out, and one's devices.
leaving-title = Sign out
leaving-headline = Sign out?
leaving-lead = Notices will no longer arrive on this device.
leaving-clears = The notices kept on this device, and confirmations waiting to be sent, will be removed.
leaving-slip = To join again you need the code on your slip. Make sure that you have it.
leaving-stay = Do not sign out
leaving-button = Sign out

signin-title = Sign in
signin-lead = This page is for officers and staff.
signin-staff-title = Staff of the city
signin-staff-button = Sign in with your staff account
signin-officers-title = Officers and group leaders
signin-email = Mail address
signin-password = Password
signin-show = Show the password
signin-totp = Six digits
signin-totp-hint = The digits that your authenticator app shows at “Kairan” just now.
signin-no-app = You cannot use the authenticator app
signin-recovery = Recovery codes
signin-recovery-hint = Type one of the codes of 16 letters that you wrote down. The six digits are not needed.
signin-button = Sign in
signin-passkey = Sign in with your finger or face (passkey)
signin-residents = Residents need not sign in: use the code on your slip.
signin-forgotten = If you have forgotten your password, ask who invited you (the head of your association, or the city) to invite you again.

device-title = Read on this device as well
device-lead = Add this device with the code shown on one that you use already.
device-code = Code shown on the other device
device-code-hint = If you scanned the square picture, it is there already.
device-button = Use this device
device-first = If you are here for the first time, use the code on your slip.
device-join = Join with the code on your slip

start-title = One more tap
start-elsewhere-title = Open this from your home screen
start-elsewhere = This page is for the Kairan icon on the home screen. If somebody sent it to you, do not use it. To join, use the slip that you were given.
start-join = Join with the code of a slip
start-lead = Press the button to read notices and receive notifications from this icon.
start-button = Start here
start-by-hand = If it says that the code cannot be used
start-code = Code
start-slip = A day after the icon was put on the home screen this button no longer works. Use the code on your slip then.

add-device-title = Add another device
add-device-scan = Point the camera of the other device at this square picture.
add-device-picture = Two-dimensional code for the other device
add-device-limits = It works for five minutes and for one device. Do not show it to anybody else.
add-device-by-hand-title = If it cannot be read
add-device-by-hand = Open this address on the other device and type the code.
add-device-address = Address: { "" }
add-device-code = Code: { "" }
add-device-done = Press here when it is added
add-device-anew = Make a new code
add-device-lead = This is for a second phone or computer of your own, not for your family’s.
add-device-family = Your family join with the code on the slip, each on their own. Then one can tell who has read a notice.
add-device-show = Show the square picture
add-device-back = Back

devices-title = Your devices
devices-lead = The phones and computers on which your notices can be read.
devices-further = Do you know “{ $name }”?
devices-further-since = In use since:
devices-own = I added it myself
devices-not-own = I do not know it: end it
devices-this = this device
devices-since = In use since:
devices-seen = Last used:
devices-today = today
devices-end = Stop using this device
devices-add-title = Read on one more device
devices-add = You do not need your slip: the other device reads a square picture off this screen.
devices-passkeys-title = Passkeys
devices-passkeys = Sign in with your finger, face or screen lock instead of the password.
devices-passkeys-button = See or register passkeys
devices-recovery = For when you have lost the device with your authenticator app. { $left ->
    [0] There are none at present.
   *[other] Codes left: { $left }.
}
devices-recovery-button = Make recovery codes
devices-end-others = Stop using all devices but this one

end-device-title = Stop using a device
end-device-headline = Stop using “{ $name }”?
end-device-lead = Notices can no longer be read on that device, and no longer arrive there.
end-device-others-headline = Stop using all other devices?
end-device-others-lead = Notices can no longer be read on devices other than this one, and no longer arrive there.
end-device-sign-in = To use it again, sign in on it.
end-device-again = To use it again, add it from this device, or join with the code on your slip.
end-device-back = Go back without stopping
end-device-button = Stop using it
identity-back = Back
password-now = Your password
password-now-hint = To make sure that it is you.

## What devices are called.
device-with = { $software } on { $machine }
device-home-screen = Home screen of { $machine }
device-app = App on { $machine }
device-program = Program
device-phone = phone
device-windows = Windows computer
device-linux = Linux computer
device-unknown = Device of an unknown kind

## The first sign-in.
welcome-title = Welcome
welcome-lead = This page is for officers and staff who are here for the first time. Choose the password that you will use.
welcome-app-title = Set up an authenticator app
welcome-app = So that nobody can come in who has learned your password, you also use an authenticator app on your phone, such as Google Authenticator or Microsoft Authenticator.
welcome-app-open = Open the authenticator app and choose “Add”.
welcome-app-scan = Scan the square picture below.
welcome-app-type = Type the six digits that it shows into the field below.
welcome-app-picture = Two-dimensional code for the authenticator app
welcome-app-by-hand = If it cannot be scanned, choose “Enter a key” in the app and type these letters.
welcome-app-here = Use the authenticator app on this device
welcome-code = Code of the invitation
welcome-code-hint = If you opened the link of your invitation, it is there already.
welcome-password = The password that you will use
welcome-password-hint = Ten letters or more. Choose one that you use nowhere else.
welcome-password-again = For safety, please type the password once more.
welcome-button = Start

## Recovery codes.
recovery-lead = You use these codes in place of the six digits if you lose the device with your authenticator app.
recovery-left = Codes left: <strong>{ $left }</strong>. If you make new ones, these no longer work.
recovery-none = <strong>There are none at present.</strong> It is good to have some.
recovery-button = Make ten codes
recovery-made-title = Your recovery codes
recovery-made-lead = This page cannot be shown again. Write the codes on paper and keep it safe.
recovery-made = If you lose the device with your authenticator app, these codes let you sign in. Each works once. On the page to sign in, open “You cannot use the authenticator app” and type one of them.
recovery-made-button = I have written them down

## Passkeys.
passkeys-title = Passkeys
passkeys-lead = A passkey lets you sign in with your finger, face or screen lock instead of the password.
passkeys-none = You have none yet.
passkeys-since = Registered:
passkeys-remove = Remove this passkey
passkey-add-title = Register a passkey
passkey-add-lead = Do this on a device that only you use. From then on, your finger or face is enough to sign in.
passkey-add-here = Register on this device
passkey-next = Continue
passkey-press = When you press the button, the device asks for your finger, face or screen lock.
passkey-dropped = It was cancelled, or there is no passkey on this device. Press the button again.
passkey-known = The passkey of this device is registered already.
passkey-failed = The passkey could not be used. Please use your password.
passkey-unable = Passkeys do not work on this device or in this app. Please use your password.
passkey-script = For passkeys, allow JavaScript in the settings of your browser. With your password you can sign in as it is.
passkey-sign-in-title = Sign in with a passkey
passkey-sign-in-button = Sign in with finger or face
passkey-where = Passkeys are registered on the page “Your devices”, once you have signed in.
passkey-password = Sign in with your password
passkey-remove-title = Remove the passkey
passkey-remove-headline = Remove the passkey of “{ $name }”?
passkey-remove-lead = You can no longer sign in with that passkey. Devices that are signed in stay so.
passkey-remove-stays = The passkey itself stays on the device: delete it in the settings there.
passkey-remove-not = Go back without removing it

## What could not be done.
problem-invalid-code = This code does not work. It is too old, was replaced by another, or has been used. Please ask who gave it to you.
problem-wrong-credentials = The mail address or the password is wrong.
problem-wrong-password = The password is wrong.
problem-second-factor-needed = Type the six digits that your authenticator app shows.
problem-wrong-second-factor = The six digits are wrong. Type those that the authenticator app shows next.
problem-digits-closed = The digits were wrong too often, so this device can’t use them for a while. Wait about 15 minutes, or use a recovery code or a device on which you have signed in before.
problem-invalid-refresh-token = Your sign-in has run out. Please sign in again.
problem-sign-in-instead = Officers and staff sign in on each device with their mail address and password.
problem-no-account = Passkeys are for people who sign in with a mail address and a password. You can go on using this device as it is.
problem-no-second-factor = You use no authenticator app, so you need no recovery codes.
problem-email-taken = This mail address is in use already.
problem-device-code = This code does not work: it was used already or is too old. Make another one on your other device, or join with the code on your slip.
problem-provider-failed = Your staff account can’t be checked just now. Please try again later.
problem-provider-refused = Signing in with the staff account was cancelled. Please try again.
problem-sign-in-interrupted = The sign-in broke off. Please start again.
problem-mail-not-verified = The mail address of your staff account was never verified. Please ask who looks after these accounts in your office.
problem-no-staff-seat = No member of staff has this mail address here. Please ask the city to add you.
problem-passkey-refused = This passkey does not let you in. Try again, or sign in with your password.
problem-too-many-passkeys = There can be ten passkeys at most. Remove those that you don’t use.
problem-passkey-not-registered = The passkey could not be registered. Please try again.

## What is wrong with a code as it was typed.
code-letter = The code is mistyped: “{ $letter }” is in no code. Codes have capital letters and digits only.
code-letter-like = The code is mistyped: “{ $letter }” is in no code. Is it “{ $like }” on the paper, which looks much the same?
code-letter-like-either = The code is mistyped: “{ $letter }” is in no code. Is it “{ $one }” or “{ $other }” on the paper, which look much the same?
code-empty = Type the code: the 16 letters printed on the paper.
code-short = The code is mistyped: it has { $length } of its 16 letters. Please look at the paper again.
code-long = The code is mistyped: it has more than 16 letters. Please look at the paper again.
code-wrong = The code is mistyped: one of its 16 letters is wrong, or two have changed places. Please compare it with the paper.
