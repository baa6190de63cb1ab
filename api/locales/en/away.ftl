# Where there is no net: on every page, and on the page of its own.
away-kept = You are offline. This is the page as of <time></time>.
away-asked = You are offline: searching and changing language or size have to wait. This is the page as of <time></time>.
away-again = Show the current page
away-waiting-title = Waiting to be sent
away-waiting = You pressed “I have read this” on <time></time>. It will be sent by itself as soon as you are back online. You need not do anything.
away-others = Confirmations waiting to be sent: <span data-count></span>. They will be sent by themselves as soon as you are back online. Signing out removes them.
away-failed-title = Your confirmation did not arrive
away-failed = You pressed the button on <time></time>, while you were offline.
away-failed-not-found = The notice was taken back, or it is no longer addressed to you, for example because you have moved. There is no need to press again.
away-failed-closed = The notice is old, and confirmations are no longer recorded. There is no need to press again.
away-failed-other = Please open the notice and look once more.
away-failed-open = Open the notice
away-failed-known = OK
away-still-in = There is no connection, so you could not be signed out. You are still signed in. Please press again where there is a signal.
away-not-kept = There is not enough free space on this phone, so your confirmation could not be kept. It has not arrived yet. Free some space, or press the button again where you are online.

offline-title = You are offline
offline-lead = Please open this page again where you have a connection.
offline-form = What you typed or pressed has not arrived yet. Your browser’s “Back” button takes you to the page before.
offline-again = Try again
offline-list = Notices you have read before
offline-hurry = In an emergency, listen to the loudspeakers or the radio, or use the telephone as well.
