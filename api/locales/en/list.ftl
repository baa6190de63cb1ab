# My notices, and what one's offices have sent.
list-title = Notices
list-proxies = Notices you acknowledge for somebody
list-silent = This phone does not ring yet.{" "}
list-turn-on = Turn notifications on
list-emergencies = Emergencies
list-unread = Not read yet
list-unread-count = Not read yet ({ $count })
list-opened = Read
list-acknowledged = Acknowledged
list-more = Earlier notices
list-empty-title = There are no notices yet
list-empty = When the city or your neighbourhood association sends one, it appears here.
list-end-title = These were all the notices
list-end = Back to the newest
list-find = Find a notice
list-find-hint = For example 夜警 or ごみ. Two characters are enough; most notices are in Japanese.
list-find-button = Find
list-narrow = Narrow by sender or subject
list-from = Sender
list-from-all = All senders
list-from-city = City and wards
list-from-association = Neighbourhood associations
list-category-all = All subjects
list-hits =
    { $count ->
        [0] Nothing found
        [one] 1 notice found
       *[other] { $count } notices found
    }
list-hits-many = More than { $count } notices found
list-asked-words = “{ $words }”
list-all = Back to all notices
list-nothing-words = Try a shorter word, or another one.
list-nothing-wider = Look for “{ $words }” in all notices

office-title = Sent notices
office-compose = Write a notice
office-drafts = Drafts
office-scheduled = To be sent
office-published = Sent
office-nothing = Nothing has been sent yet.
office-saved = Saved:
office-will-leave = To be sent:
office-left = Sent:
office-waits = Waiting for a second person to check it.
office-coverage = Who has read it
office-correct = Correct
office-withdraw = Withdraw
