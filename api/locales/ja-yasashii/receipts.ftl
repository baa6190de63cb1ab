# Who has read a notice.
coverage-households = ｜家《いえ》
coverage-read = ｜読《よ》んだ
coverage-acknowledged = ｜確認《かくにん》した
coverage-paper = ｜紙《かみ》で ｜回《まわ》す
coverage-unreached = とどいて いない
coverage-percent = （{ $percent }%）
coverage-at-least = { $count }か、もっと
coverage-levels = まとめかた
coverage-level-ward = ｜区《く》ごと
coverage-level-district = ｜校区《こうく》ごと
coverage-level-association = ｜自治会《じちかい》ごと
coverage-level-group = ｜班《はん》ごと
coverage-level-household = ｜家《いえ》ごと
coverage-nothing = ここに ｜見《み》せられる ところは ありません。
coverage-by-household = ｜家《いえ》ごとの ｜数《かず》
coverage-by-area = ｜地域《ちいき》ごとの ｜数《かず》
coverage-state = ｜今《いま》
coverage-area = ｜地域《ちいき》
coverage-share = ｜読《よ》んだ ｜割合《わりあい》
coverage-share-of = { $name }で ｜読《よ》んだ ｜家《いえ》の ｜割合《わりあい》
coverage-too-few = ｜家《いえ》が ｜少《すく》ないので ｜見《み》せません
coverage-stamped = ｜確認《かくにん》しました
coverage-opened = ｜読《よ》みました
coverage-on-paper = ｜紙《かみ》
coverage-association-alone = ｜家《いえ》ごとの ことは、その ｜自治会《じちかい》の ｜人《ひと》だけが ｜見《み》られます。
coverage-masked = 「&lt;5」は、｜家《いえ》が 5より ｜少《すく》ないことです。だれの ことか わからないように、｜数《かず》を かくして います。

## What could not be done.
problem-another-sign-in = ほかの ｜人《ひと》が ｜使《つか》って います。｜前《まえ》の ｜人《ひと》の ｜確認《かくにん》は ｜送《おく》りません。
problem-closed = ｜古《ふる》い お｜知《し》らせなので、｜家《いえ》ごとの ｜記録《きろく》は ｜消《け》しました。お｜知《し》らせと ｜数《かず》は あります。
problem-no-coverage = だれが ｜読《よ》んだか ｜見《み》られるのは、｜役員《やくいん》・｜班長《はんちょう》・｜職員《しょくいん》です。
problem-counts-only = ｜市《し》・｜区《く》の ｜職員《しょくいん》は、｜自治会《じちかい》ごとの ｜数《かず》だけを ｜見《み》られます。｜家《いえ》ごとの ことは、その ｜自治会《じちかい》の ｜人《ひと》だけが ｜見《み》られます。
