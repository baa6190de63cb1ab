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

next-sign-in-title = サインインが必要です
next-home-title = ページを表示できません
next-back-title = 受け付けられませんでした
next-wait-title = 少しお待ちください
next-sign-in = サインインしてから、もう一度やり直してください。
next-sign-in-button = サインインする
next-joined = 加入票のコードで参加した方はこちら
next-home = 前に入っていた自治会・町内会のお知らせや、取り除かれたものは、もう見られません。あなた宛てではないこともあります。いまのお知らせは、一覧にあります。
next-home-address = アドレスを打ったときは、もう一度お確かめください。
next-others = お役目が変わったときや、ほかの方だけができることのときに、こうなります。
next-back = ブラウザーの「戻る」で前のページに戻り、直してからもう一度送ってください。
next-wait = しばらくしてから、このページをもう一度開いてください。急ぎの連絡は、お電話や防災無線でもお確かめください。
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
purpose-original-counts = 内容が違うときは、「日本語」の文が正しいものです。同意していただくのは、その文です。
purpose-original = 「日本語」の文

## What could not be done, whatever it was.
problem-not-found = 見つかりませんでした。
problem-unauthenticated = サインインしてください。
problem-invalid = 入力に誤りがあります。直してもう一度送ってください。
problem-too-many-tries = 続けて何度も試されたため、少しお休みしています。しばらくしてからもう一度お試しください。
problem-internal = こちらの不具合で処理できませんでした。時間をおいてもう一度お試しください。
problem-unavailable = ただいま混み合っています。少し待ってからもう一度お試しください。
problem-refused = 内容を読み取れませんでした。
problem-query = アドレスの「?」より後を読み取れません（{ $cause }）。
problem-form = フォームを読み取れませんでした。ページを開き直して、もう一度送ってください。
problem-file = ファイルを読み取れませんでした。もう一度選んでください。
problem-body-too-large = 送られた内容が大きすぎます（{ $limit }KBまで）。
problem-unsupported-media-type = Content-Type を { $kind } にしてください。
problem-body-broken = 内容が途中で切れました。もう一度送ってください。
problem-body-too-slow = 内容が届くのに時間がかかりすぎました。
problem-foreign-origin = このページからは送れません。{ $own } を開いてやり直してください。
problem-idempotency-key-reused = 同じ Idempotency-Key が別の内容に使われています。新しいキーで送ってください。

## What is wrong with a field.
fault-named = { $label }：{ $detail }
fault-missing = 入力してください。
fault-choose-one = どれか一つを選んでください。
fault-choose-file = ファイルを選んでください。
fault-number = 数字で入力してください。
fault-too-short = 短すぎます。{ $value }文字以上にしてください。
fault-too-long = 長すぎます。{ $value }文字までにしてください。
fault-at-least = { $value }以上にしてください。
fault-at-most = { $value }以下にしてください。
fault-mail-address = メールアドレスの形ではありません。
fault-form = 形が違います。
fault-without = 「{ $value }」を含めてください。
fault-beginning = 「{ $value }」で始めてください。
fault-ending = 「{ $value }」で終えてください。
fault-not-the-same = 「{ $value }」と同じにしてください。
fault-ascii = 半角の英数字と記号で入力してください。
fault-alphanumeric = 英数字で入力してください。
fault-odd-letter = 使えない文字（{ $value }）が含まれています。取り除いてください。
fault-odd-letters = 使えない文字が含まれています。
fault-odd-or-long = 使えない文字が含まれているか、長すぎます。
fault-one-line = 改行やタブを入れず、1行で入力してください。
fault-day = 2026-12-01 のような日付にしてください。
fault-moment = 2026-12-06 か 2026-12-06T09:00:00+09:00 のような日時にしてください。
fault-choose-day = 日付を選んでください。
fault-choose-moment = 日付と時刻を選んでください。
fault-in-the-past = これから先の日時にしてください。
fault-too-far-ahead = 1年以内の日時にしてください。
fault-limit = 1から100までにしてください。
fault-cursor = 前のページの next_cursor をそのまま渡してください。
fault-idempotency-key = 200文字以内の英数字にしてください。
fault-unknown-choice = 「{ $value }」は使えません（{ $choices } のどれかにしてください）。
fault-unknown-field = 「{ $field }」という項目はありません。
fault-missing-field = 「{ $field }」がありません。
fault-field-twice = 「{ $field }」が二度あります。
fault-kind = 値の形が違います（{ $cause }）。
fault-json = JSONとして読めません（{ $line }行目の{ $column }文字目）。
fault-unknown-area = この区域コードは見つかりません。
