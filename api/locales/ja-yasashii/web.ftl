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

problem-sign-in-title = サインインして ください
problem-home-title = ページが ｜見《み》られません
problem-back-title = できませんでした
problem-wait-title = すこし ｜待《ま》って ください
problem-sign-in = サインインしてから、もういちど して ください。
problem-sign-in-button = サインインする
problem-joined = ｜紙《かみ》の コードで はじめた ｜人《ひと》は こちら
problem-not-found = お｜知《し》らせが なくなったか、あなたへの お｜知《し》らせでは ないかも しれません。
problem-forbidden = ほかの ｜人《ひと》だけが できることです。
problem-back = ひとつ ｜前《まえ》の ページに もどって、｜直《なお》してから、もういちど ｜送《おく》って ください。
problem-wait = すこし ｜待《ま》ってから、このページを もういちど ｜開《ひら》いて ください。いそぐときは、｜電話《でんわ》を して ください。
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
