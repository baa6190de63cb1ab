# My notices, and what one's offices have sent.
list-title = お｜知《し》らせ
list-proxies = ほかの ｜家《いえ》の ｜人《ひと》の かわりに ｜見《み》る お｜知《し》らせ
list-silent = この スマートフォンは、まだ お｜知《し》らせの ｜音《おと》が ｜鳴《な》りません。
list-turn-on = ｜音《おと》が ｜鳴《な》るように する
list-emergencies = すぐに ｜読《よ》む お｜知《し》らせ（｜緊急《きんきゅう》）
list-unread = まだ ｜読《よ》んでいない お｜知《し》らせ
list-unread-count = まだ ｜読《よ》んでいない お｜知《し》らせ（{ $count }つ）
list-opened = ｜読《よ》みました
list-acknowledged = ｜確認《かくにん》しました
list-more = もっと ｜前《まえ》の お｜知《し》らせを ｜見《み》る
list-empty-title = お｜知《し》らせは、まだ ありません
list-empty = ｜市《し》や ｜自治会《じちかい》から お｜知《し》らせが とどくと、ここに ｜出《で》ます。
list-end-title = お｜知《し》らせは、これで ぜんぶです
list-end = ｜新《あたら》しい お｜知《し》らせに もどる
list-find = お｜知《し》らせを さがす
list-find-hint = ｜例《れい》：まつり、ごみ（2つの ｜文字《もじ》から さがせます）
list-find-button = さがす
list-narrow = だれから、なんの お｜知《し》らせか ｜選《えら》ぶ
list-from = だれから
list-from-all = みんなから
list-from-city = ｜市《し》・｜区《く》から
list-from-association = ｜自治会《じちかい》・｜町内会《ちょうないかい》から
list-category-all = ぜんぶ
list-hits =
    { $count ->
        [0] ありませんでした
       *[other] { $count }つ ありました
    }
list-hits-many = { $count }より たくさん ありました
list-asked-words = 「{ $words }」
list-all = ぜんぶの お｜知《し》らせに もどる
list-nothing-words = ことばを ｜短《みじか》くして ください。または、ほかの ことばで さがして ください。
list-nothing-wider = ぜんぶの お｜知《し》らせから「{ $words }」を さがす

office-title = ｜送《おく》った お｜知《し》らせ
office-compose = お｜知《し》らせを ｜作《つく》る
office-drafts = ｜下書《したが》き（まだ ｜送《おく》っていない もの）
office-scheduled = これから ｜送《おく》る もの
office-published = ｜送《おく》った もの
office-nothing = まだ なにも ｜送《おく》っていません。
office-saved = ｜書《か》いた とき：
office-will-leave = ｜送《おく》る とき：
office-left = ｜送《おく》った とき：
office-waits = もう ひとりの ｜人《ひと》が ｜見《み》るのを ｜待《ま》っています。
office-coverage = だれが ｜読《よ》んだか
office-correct = ｜直《なお》す
office-withdraw = ｜取《と》り｜消《け》す
