# Where there is no net: on every page, and on the page of its own.
away-kept = 電波がないため、<time></time>の内容です。
away-asked = 電波がないため、さがすことや、ことば・文字の大きさを変えることはできません。<time></time>の内容です。
away-again = いまの内容を見る
away-waiting-title = 送信待ち
away-waiting = <time></time>に「確認しました」を押しました。電波の届く所で、自動で送ります。このままで大丈夫です。
away-others = 送信待ちの「確認しました」が<span data-count></span>件あります。電波の届く所で、自動で送ります。サインアウトすると消えます。
away-failed-title = 「確認しました」が伝わりませんでした
away-failed = 電波のない所で、<time></time>に押したものです。
away-failed-not-found = お知らせが取り下げられたか、引っ越しなどで、あなた宛てではなくなりました。もう一度押す必要はありません。
away-failed-closed = 古いお知らせのため、確認の記録は終わっていました。もう一度押す必要はありません。
away-failed-other = お知らせを開いて、もう一度ご覧ください。
away-failed-open = お知らせを開く
away-failed-known = わかりました
away-still-in = 電波がないため、サインアウトできませんでした。まだサインインしたままです。電波の届く所で、もう一度押してください。
away-not-kept = この端末の空きが足りないため、「確認しました」を取っておけませんでした。まだ伝わっていません。写真などを減らすか、電波の届く所で、もう一度押してください。

offline-title = 電波がありません
offline-lead = このページは、電波の届く所で開いてください。
offline-form = 入力したことやボタンを押したことは、まだ伝わっていません。ブラウザーの「戻る」で前のページに戻れます。
offline-again = もう一度開く
offline-list = 前に読んだお知らせを見る
offline-hurry = 急ぎのときは、防災無線やラジオ、お電話でもお確かめください。
