# What a phone shows of a push before it is unlocked: short, and for the eyes of strangers.
lock-corrected = [Corrected] { $title }
lock-from = A notice from { $sender }
lock-officers = For officers and group leaders
lock-officers-text = Open it to read it.
lock-test = Notifications arrive
lock-test-text = This is how your phone rings when there is a notice.
lock-week = { $notices ->
    [one] This week: { $notices } notice
   *[other] This week: { $notices } notices
}
lock-week-text = There are notices for your information that you have not read.
