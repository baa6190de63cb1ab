# Around every page, and what pages with forms share.
site = 回覧板 かいらん
site-name = かいらん
site-kind = 回覧板
site-says = 地域のお知らせを、すぐに、みんなに。
skip = 本文へ進む
menu = メニュー
menu-sign-in = サインイン
menu-notices = お知らせ
menu-home = わが家
menu-notifications = 通知の設定
menu-compose = 作成
menu-office = 送ったお知らせ
menu-roster = 名簿
menu-seats = 役員
sign-out = サインアウト
devices-link = 使っている端末
privacy-link = 個人情報の取り扱い
language-choice = ことば
device-told = ほかの端末でも、あなたとして使われはじめました。
device-look = 心当たりがあるか、確かめる
consent-asked = 個人情報の取り扱いを、お確かめください。
consent-read = 読んで、同意する

# After the words of a button, for whom they are; heard and not seen.
of-whom = ：{ $name }

faults-title = 入力をお確かめください

problem-sign-in-title = サインインが必要です
problem-home-title = ページを表示できません
problem-back-title = 受け付けられませんでした
problem-wait-title = 少しお待ちください
problem-sign-in = サインインしてから、もう一度やり直してください。
problem-sign-in-button = サインインする
problem-joined = 加入票のコードで参加した方はこちら
problem-not-found = お知らせが取り下げられたか、あなた宛てではないことがあります。
problem-forbidden = お役目が変わったときや、ほかの方だけができることのときに、こうなります。
problem-back = ブラウザーの「戻る」で前のページに戻り、直してからもう一度送ってください。
problem-wait = しばらくしてから、このページをもう一度開いてください。急ぎの連絡は、お電話や防災無線でもお確かめください。
to-notices = お知らせの一覧へ

home-title = 回覧板が、スマートフォンに届きます
home-headline = 町内の回覧板が、<wbr>スマートフォンに届きます
home-lead = 市や自治会のお知らせが、その日のうちに届きます。読んだことは「確認しました」を押すだけで伝わります。
home-join-title = はじめての方
home-join = お手元の<strong>加入票</strong>に書かれた16文字のコードを使います。メールアドレスもパスワードもいりません。
home-join-button = 加入票のコードで参加する
home-no-slip = 加入票がない方は、自治会・町内会の役員にお尋ねください。
home-seats-title = 役員・職員の方
home-seats-button = サインイン（役員・職員の方）

# What people agree to: the Japanese words are those of purposes.rs.
purpose-arrive = 市や自治会からのお知らせを、あなたのスマートフォンに届けるため
purpose-read = 読んだかどうかを、世帯ごとに、あなたの自治会の役員と班長に伝えるため。市には数だけが伝わります
purpose-safe = 災害などのときに、まだ届いていない世帯を自治会が確かめるため
purpose-kept = そのために、世帯、お名前（書いた場合）、使っている端末、お知らせを読んだ日時を記録します。ほかの目的には使いません。広告の会社などに渡すこともありません。退会すると、あなたのものと分かる記録を消します。
