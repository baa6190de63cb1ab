# Answering for another household.
proxies-title = Acknowledge for somebody
proxies-home = Back to my home
proxies-none = You do not answer for any household at present.
proxies-since = You have done so since{" "}
proxies-look = See its notices
proxies-begin-title = Begin with a code
proxies-begin = You can acknowledge notices for another household, such as your parents'. Enter the code that they gave you.
proxies-code = Code for answering for a household
proxies-code-hint = 16 characters. Small letters will do, and the dashes may be left out.
proxies-begin-says = Once you begin, that household and its leader and officers see your name. You can stop at any time.
proxies-back = The households you answer for
proxies-list-title = Notices you acknowledge for somebody
proxies-waiting = Not acknowledged yet
proxies-waiting-count = Not acknowledged yet ({ $count })
proxies-nothing-title = There are no notices yet
proxies-nothing = When a notice reaches this household, it appears here.
proxies-end-title = Stop answering for this household
proxies-end-says = You stop answering for { $name } at once, and no longer see what reaches it.
proxies-end-stays = What you have acknowledged stays with that household. To begin again, ask it for another code.
proxies-end-button = Stop
proxies-end-not = Keep answering

## What could not be done.
problem-no-home-of-own = Only who has joined a household of their own can confirm for another one.
problem-own-household = This is the code of your own household. Give it to somebody of another one.
problem-has-a-proxy = Somebody confirms for this household already. To change that, end it for them first.
