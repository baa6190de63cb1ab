# My notices, and what one's offices have sent.
list-title = お知らせ
list-proxies = 代わりに確認するお知らせ
list-silent = このスマートフォンでは、まだ通知が鳴りません。
list-turn-on = 通知を入れる
list-emergencies = 緊急のお知らせ
list-unread = まだ読んでいないお知らせ
list-unread-count = まだ読んでいないお知らせ（{ $count }件）
list-opened = 読みました
list-acknowledged = 確認しました
list-more = もっと前のお知らせを見る
list-empty-title = お知らせは、まだありません
list-empty = 市や自治会からお知らせが出ると、ここに並びます。
list-end-title = お知らせは、これで全部です
list-end = 新しいお知らせに戻る
list-find = お知らせをさがす
list-find-hint = 例：夜警、ごみ（2文字からさがせます）
list-find-button = さがす
list-narrow = 差出人や種類でしぼる
list-from = 差出人
list-from-all = すべての差出人
list-from-city = 市・区から
list-from-association = 自治会・町内会から
list-category-all = すべての種類
list-hits =
    { $count ->
        [0] 見つかりませんでした
       *[other] { $count }件見つかりました
    }
list-hits-many = { $count }件より多く見つかりました
list-asked-words = 「{ $words }」
list-all = すべてのお知らせに戻る
list-nothing-words = ことばを短くするか、別のことばにすると、見つかることがあります。
list-nothing-wider = 差出人や種類をしぼらずに「{ $words }」をさがす

office-title = 送ったお知らせ
office-compose = お知らせを作る
office-drafts = 下書き
office-scheduled = これから送るもの
office-published = 送ったもの
office-nothing = まだ送ったお知らせはありません。
office-saved = 保存：
office-will-leave = 送る予定：
office-left = 送信：
office-waits = もう一人の確認を待っています。
office-coverage = だれが読んだか
office-correct = 訂正する
office-withdraw = 取り消す
