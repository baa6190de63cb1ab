# Who has read a notice.
coverage-households = 世帯
coverage-read = 読んだ
coverage-acknowledged = 確認した
coverage-paper = 紙で回す
coverage-unreached = 届いていない
coverage-percent = （{ $percent }%）
coverage-at-least = { $count }以上
coverage-levels = まとめ方
coverage-level-ward = 区ごと
coverage-level-district = 校区ごと
coverage-level-association = 自治会ごと
coverage-level-group = 班ごと
coverage-level-household = 世帯ごと
coverage-nothing = ここに表示できる地域はありません。
coverage-by-household = 世帯ごとの内訳
coverage-by-area = 地域ごとの内訳
coverage-state = 状況
coverage-area = 地域
coverage-share = 読んだ割合
coverage-share-of = { $name }で読んだ世帯の割合
coverage-too-few = 世帯が少ないため表示しません
coverage-stamped = 確認済み
coverage-opened = 既読
coverage-on-paper = 紙
coverage-association-alone = 世帯ごとの既読は、その自治会・町内会の方だけが見られます。
coverage-masked = 「&lt;5」は、5世帯より少ないことを表します。だれのことか分からないように、数を伏せています。

## What could not be done.
problem-another-sign-in = この端末は、ほかの方に替わりました。前の方の確認は送りません。
problem-closed = 古いお知らせのため、世帯ごとの確認の記録は、保存期間を過ぎて消しました。お知らせと数は残っています。
problem-no-coverage = 届き具合を見られるのは、役員・班長・職員の方です。
problem-counts-only = 市・区の職員が見られるのは、自治会ごとの数までです。世帯ごとの既読は、その自治会の方だけが見られます。
