# What a phone shows of a push before it is unlocked: short, and for the eyes of strangers. It has no furigana there.
lock-corrected = 【かわりました】{ $title }
lock-from = { $sender }からの お｜知《し》らせ
lock-officers = やくいん・はんちょうへの お｜知《し》らせ
lock-officers-text = ひらいて ｜見《み》て ください。
lock-test = ｜通知《つうち》は とどいて います
lock-test-text = お｜知《し》らせが ｜出《で》ると、このように ｜鳴《な》ります。
lock-week = ｜今週《こんしゅう》の お｜知《し》らせ { $notices }
lock-week-text = まだ ｜読《よ》んで いない お｜知《し》らせが あります。
