# Answering for another household.
proxies-title = 代わりに確認する
proxies-home = わが家に戻る
proxies-none = いま、代わりに確認している世帯はありません。
proxies-since = 代わりに確認しはじめた日：
proxies-look = お知らせを見る
proxies-begin-title = コードを入れて始める
proxies-begin = 離れて暮らすご家族などの世帯に代わって、お知らせを確認できます。その世帯から受け取ったコードを入れてください。
proxies-code = 代わりに確認するためのコード
proxies-code-hint = 16文字です。小文字でも、間の線がなくてもかまいません。
proxies-begin-says = 始めると、あなたのお名前が、その世帯の方と、そこの班長・役員に見えます。いつでもやめられます。
proxies-back = 代わりに確認する世帯の一覧
proxies-list-title = 代わりに確認するお知らせ
proxies-waiting = まだ確認していないお知らせ
proxies-waiting-count = まだ確認していないお知らせ（{ $count }件）
proxies-nothing-title = お知らせは、まだありません
proxies-nothing = この世帯にお知らせが届くと、ここに並びます。
proxies-end-title = 代わりの確認をやめる
proxies-end-says = { $name }の代わりに確認することを、すぐにやめます。この世帯に届いたお知らせは、見られなくなります。
proxies-end-stays = これまでに確認した記録は、その世帯に残ります。もう一度始めるには、その世帯から新しいコードをもらってください。
proxies-end-button = やめる
proxies-end-not = やめずに続ける

## What could not be done.
problem-no-home-of-own = ご自分の世帯に参加している方だけが、ほかの世帯の代わりに確認できます。
problem-own-household = これは、ご自分の世帯のコードです。ほかの世帯の方にわたしてください。
problem-has-a-proxy = この世帯には、代わりに確認する方がもういます。別の方にするには、先にいまの方をやめてください。
