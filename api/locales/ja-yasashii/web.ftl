# Around every page, and what pages with forms share.
site = ｜回覧板《かいらんばん》 かいらん
site-name = かいらん
site-kind = ｜回覧板《かいらんばん》
site-says = まちの お｜知《し》らせが、すぐに とどきます。
skip = ｜本文《ほんぶん》へ ｜行《い》く
menu = メニュー
menu-sign-in = サインイン
menu-notices = お｜知《し》らせ
menu-home = わたしの ｜家《いえ》
menu-notifications = ｜通知《つうち》の ｜設定《せってい》
menu-compose = ｜作《つく》る
menu-office = ｜送《おく》った お｜知《し》らせ
menu-roster = ｜名簿《めいぼ》
menu-seats = ｜役員《やくいん》
sign-out = サインアウト（｜使《つか》うのを やめる）
devices-link = ｜使《つか》っている スマートフォン
privacy-link = あなたの ｜情報《じょうほう》の ｜使《つか》いかた
language-choice = ことば
device-told = ほかの スマートフォンや パソコンでも、あなたの ページを ｜使《つか》いはじめました。
device-look = ｜知《し》っているか、｜見《み》て ください
consent-asked = あなたの ｜情報《じょうほう》の ｜使《つか》いかたを ｜読《よ》んで ください。
consent-read = ｜読《よ》んで、「はい」と ｜答《こた》える

# After the words of a button, for whom they are; heard and not seen.
of-whom = ：{ $name }

faults-title = もういちど ｜書《か》いて ください

next-sign-in-title = サインインして ください
next-home-title = ページが ｜見《み》られません
next-back-title = できませんでした
next-wait-title = すこし ｜待《ま》って ください
next-sign-in = サインインしてから、もういちど して ください。
next-sign-in-button = サインインする
next-joined = ｜紙《かみ》の コードで はじめた ｜人《ひと》は こちら
next-home = ｜前《まえ》の ｜自治会《じちかい》の お｜知《し》らせや、なくなった ものは、もう ｜見《み》られません。あなたへの お｜知《し》らせでは ないかも しれません。｜今《いま》の お｜知《し》らせは、「お｜知《し》らせの ｜一覧《いちらん》」に あります。
next-home-address = アドレスを ｜書《か》いた ときは、もういちど ｜見《み》て ください。
next-others = ほかの ｜人《ひと》だけが できることです。
next-back = ひとつ ｜前《まえ》の ページに もどって、｜直《なお》してから、もういちど ｜送《おく》って ください。
next-wait = すこし ｜待《ま》ってから、このページを もういちど ｜開《ひら》いて ください。いそぐときは、｜電話《でんわ》を して ください。
to-notices = お｜知《し》らせの ｜一覧《いちらん》へ

home-title = ｜回覧板《かいらんばん》が スマートフォンに とどきます
home-headline = まちの ｜回覧板《かいらんばん》が <wbr>スマートフォンに とどきます
home-lead = ｜市《し》や ｜自治会《じちかい》の お｜知《し》らせが すぐに とどきます。｜読《よ》んだら「｜確認《かくにん》しました」を おして ください。
home-join-title = はじめての ｜人《ひと》
home-join = ｜加入票《かにゅうひょう》（｜紙《かみ》）に ｜書《か》いてある <strong>16の ｜文字《もじ》の コード</strong>を ｜使《つか》います。メールアドレスも パスワードも いりません。
home-join-button = ｜紙《かみ》の コードで はじめる
home-no-slip = ｜紙《かみ》が ない ｜人《ひと》は、｜自治会《じちかい》の ｜役員《やくいん》に ｜聞《き》いて ください。
home-seats-title = ｜役員《やくいん》・｜市《し》の ｜職員《しょくいん》
home-seats-button = サインイン（｜役員《やくいん》・｜職員《しょくいん》）

# What people agree to: the Japanese words are those of purposes.rs.
purpose-arrive = ｜市《し》や ｜自治会《じちかい》の お｜知《し》らせを、あなたの スマートフォンに とどける ため
purpose-read = ｜読《よ》んだか どうかを、｜自治会《じちかい》の ｜役員《やくいん》と ｜班長《はんちょう》に ｜伝《つた》える ため。｜市《し》には ｜数《かず》だけを ｜伝《つた》えます
purpose-safe = ｜災害《さいがい》の ときに、まだ とどいて いない ｜家《いえ》を たしかめる ため
purpose-kept = ｜家《いえ》、お｜名前《なまえ》（｜書《か》いた とき）、スマートフォン、お｜知《し》らせを ｜読《よ》んだ ｜時間《じかん》を ｜残《のこ》します。ほかの ことには ｜使《つか》いません。ほかの ｜会社《かいしゃ》にも わたしません。やめると、あなたの ｜記録《きろく》を ｜消《け》します。
purpose-original-counts = ちがうことが ｜書《か》いてあるときは、「｜日本語《にほんご》」の ｜文《ぶん》が ｜正《ただ》しいです。「はい」と ｜答《こた》えるのは、その ｜文《ぶん》です。
purpose-original = 「｜日本語《にほんご》」の ｜文《ぶん》

## What could not be done, whatever it was.
problem-not-found = ｜見《み》つかりませんでした。
problem-unauthenticated = サインインして ください。
problem-invalid = まちがいが あります。｜直《なお》して、もういちど ｜送《おく》って ください。
problem-too-many-tries = ｜何回《なんかい》も つづけて しました。すこし ｜待《ま》ってから、もういちど して ください。
problem-internal = こちらの まちがいで、できませんでした。あとで もういちど して ください。
problem-unavailable = ｜今《いま》 ｜使《つか》う ｜人《ひと》が ｜多《おお》いです。すこし ｜待《ま》ってから、もういちど して ください。
problem-refused = ｜送《おく》ったものを ｜読《よ》むことが できませんでした。
problem-query = アドレスの「?」の あとを ｜読《よ》むことが できません（{ $cause }）。
problem-form = ｜送《おく》ったものを ｜読《よ》むことが できませんでした。ページを もういちど ｜開《ひら》いて、｜送《おく》って ください。
problem-file = ファイルを ｜読《よ》むことが できませんでした。もういちど えらんで ください。
problem-body-too-large = ｜送《おく》ったものが ｜大《おお》きすぎます（{ $limit }KBまで）。
problem-unsupported-media-type = Content-Type を { $kind } に して ください。
problem-body-broken = ｜途中《とちゅう》で ｜切《き》れました。もういちど ｜送《おく》って ください。
problem-body-too-slow = とどくのに ｜時間《じかん》が かかりすぎました。
problem-foreign-origin = この ページからは ｜送《おく》れません。{ $own } を ｜開《ひら》いて、もういちど して ください。
problem-idempotency-key-reused = ｜同《おな》じ Idempotency-Key が、もう ｜使《つか》われて います。｜新《あたら》しい キーで ｜送《おく》って ください。

## What is wrong with a field.
fault-named = { $label }：{ $detail }
fault-missing = ｜書《か》いて ください。
fault-choose-one = ひとつ えらんで ください。
fault-choose-file = ファイルを えらんで ください。
fault-number = ｜数字《すうじ》を ｜書《か》いて ください。
fault-too-short = ｜短《みじか》いです。{ $value }｜文字《もじ》か、もっと ｜書《か》いて ください。
fault-too-long = ｜長《なが》いです。{ $value }｜文字《もじ》までに して ください。
fault-at-least = { $value }か、もっと ｜大《おお》きい ｜数《かず》に して ください。
fault-at-most = { $value }か、もっと ｜小《ちい》さい ｜数《かず》に して ください。
fault-mail-address = メールアドレスでは ありません。もういちど ｜見《み》て ください。
fault-form = ｜書《か》きかたが ちがいます。
fault-without = 「{ $value }」を ｜入《い》れて ください。
fault-beginning = 「{ $value }」から はじめて ください。
fault-ending = 「{ $value }」で おわって ください。
fault-not-the-same = 「{ $value }」と ｜同《おな》じに して ください。
fault-ascii = ｜半角《はんかく》の ABCや 123で ｜書《か》いて ください。
fault-alphanumeric = ABCや 123で ｜書《か》いて ください。
fault-odd-letter = ｜使《つか》えない ｜文字《もじ》（{ $value }）が あります。｜消《け》して ください。
fault-odd-letters = ｜使《つか》えない ｜文字《もじ》が あります。
fault-odd-or-long = ｜使《つか》えない ｜文字《もじ》が あるか、｜長《なが》いです。
fault-one-line = 1｜行《ぎょう》で ｜書《か》いて ください。
fault-day = 2026-12-01 のように ｜書《か》いて ください。
fault-moment = 2026-12-06 か 2026-12-06T09:00:00+09:00 のように ｜書《か》いて ください。
fault-choose-day = ｜日《ひ》を えらんで ください。
fault-choose-moment = ｜日《ひ》と ｜時間《じかん》を えらんで ください。
fault-in-the-past = これからの ｜日《ひ》や ｜時間《じかん》に して ください。
fault-too-far-ahead = 1｜年《ねん》より ｜近《ちか》い ｜日《ひ》に して ください。
fault-limit = 1から 100までに して ください。
fault-cursor = ｜前《まえ》の ページの next_cursor を そのまま ｜送《おく》って ください。
fault-idempotency-key = ABCや 123で、200｜文字《もじ》までに して ください。
fault-unknown-choice = 「{ $value }」は ｜使《つか》えません（{ $choices } の どれかに して ください）。
fault-unknown-field = 「{ $field }」は ありません。
fault-missing-field = 「{ $field }」が ありません。
fault-field-twice = 「{ $field }」が 2｜回《かい》 あります。
fault-kind = ｜書《か》きかたが ちがいます（{ $cause }）。
fault-json = JSONでは ありません（{ $line }｜行目《ぎょうめ》の { $column }｜文字目《もじめ》）。
fault-unknown-area = この コードの ところは ありません。
