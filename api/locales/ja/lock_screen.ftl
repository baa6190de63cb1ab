# What a phone shows of a push before it is unlocked: short, and for the eyes of strangers.
lock-corrected = 【訂正】{ $title }
lock-from = { $sender }からのお知らせ
lock-officers = 役員・班長へのお知らせ
lock-officers-text = 開いてご確認ください。
lock-test = 通知は届いています
lock-test-text = お知らせが出ると、このように鳴ります。
lock-week = 今週のお知らせ { $notices }件
lock-week-text = まだ読んでいない参考のお知らせがあります。
