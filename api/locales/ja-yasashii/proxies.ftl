# Answering for another household.
proxies-title = ほかの ｜家《いえ》の かわりに ｜確認《かくにん》する
proxies-home = わたしの ｜家《いえ》に もどる
proxies-none = いま、かわりに ｜確認《かくにん》している ｜家《いえ》は ありません。
proxies-since = はじめた ｜日《ひ》：
proxies-look = お｜知《し》らせを ｜見《み》る
proxies-begin-title = コードを ｜入《い》れて はじめる
proxies-begin = はなれて ｜住《す》む ｜家族《かぞく》などの かわりに、お｜知《し》らせを ｜確認《かくにん》できます。その ｜家《いえ》の ｜人《ひと》から もらった コードを ｜入《い》れて ください。
proxies-code = かわりに ｜確認《かくにん》する ための コード
proxies-code-hint = 16の ｜文字《もじ》です。｜小《ちい》さい ｜文字《もじ》でも いいです。｜線《せん》は なくても いいです。
proxies-begin-says = はじめると、あなたの ｜名前《なまえ》が、その ｜家《いえ》の ｜人《ひと》と、｜班長《はんちょう》・｜役員《やくいん》に ｜見《み》えます。いつでも やめられます。
proxies-back = かわりに ｜確認《かくにん》する ｜家《いえ》
proxies-list-title = かわりに ｜確認《かくにん》する お｜知《し》らせ
proxies-waiting = まだ ｜確認《かくにん》していない お｜知《し》らせ
proxies-waiting-count = まだ ｜確認《かくにん》していない お｜知《し》らせ（{ $count }つ）
proxies-nothing-title = お｜知《し》らせは、まだ ありません
proxies-nothing = この ｜家《いえ》に お｜知《し》らせが とどくと、ここに ｜出《で》ます。
proxies-end-title = かわりに ｜確認《かくにん》するのを やめる
proxies-end-says = { $name }の かわりに ｜確認《かくにん》するのを、すぐに やめます。この ｜家《いえ》の お｜知《し》らせは、｜見《み》られなく なります。
proxies-end-stays = いままでに ｜確認《かくにん》した ことは、その ｜家《いえ》に のこります。また はじめる ときは、その ｜家《いえ》の ｜人《ひと》から ｜新《あたら》しい コードを もらって ください。
proxies-end-button = やめる
proxies-end-not = やめないで ｜続《つづ》ける

## What could not be done.
problem-no-home-of-own = ｜自分《じぶん》の ｜家《いえ》で はじめた ｜人《ひと》だけが、ほかの ｜家《いえ》の かわりに ｜確認《かくにん》できます。
problem-own-household = これは、あなたの ｜家《いえ》の コードです。ほかの ｜家《いえ》の ｜人《ひと》に わたして ください。
problem-has-a-proxy = この ｜家《いえ》には、かわりの ｜人《ひと》が もう います。ほかの ｜人《ひと》に するときは、｜先《さき》に やめて ください。
