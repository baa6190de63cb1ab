# Signing in and out, and one's devices.
leaving-title = サインアウト
leaving-headline = サインアウトしますか
leaving-lead = この端末には、お知らせが届かなくなります。
leaving-clears = この端末に取ってあるお知らせと、送信待ちの確認は消えます。
leaving-slip = もう一度参加するときは、加入票のコードが必要です。加入票がお手元にあることを確かめてください。
leaving-stay = サインアウトしない
leaving-button = サインアウトする

signin-title = サインイン
signin-lead = 役員・職員の方のページです。
signin-staff-title = 市の職員の方
signin-staff-button = 職員アカウントでサインインする
signin-officers-title = 自治会の役員・班長の方
signin-email = メールアドレス
signin-password = パスワード
signin-show = パスワードを表示する
signin-totp = 6桁の数字
signin-totp-hint = 認証アプリの「Kairan」の欄に、いま表示されている数字です。
signin-no-app = 認証アプリが使えないとき
signin-recovery = 予備のコード
signin-recovery-hint = 前に写しておいた16文字のコードを1つ入力します。6桁の数字はいりません。
signin-button = サインインする
signin-passkey = 指紋や顔でサインインする（パスキー）
signin-residents = 住民の方は、サインインの代わりに加入票のコードを使ってください。
signin-forgotten = パスワードを忘れた方は、招待を送った方（自治会の会長や市の担当）に、もう一度招待してもらってください。

device-title = この端末でも読む
device-lead = もう使っている端末に出ているコードで、この端末を追加します。
device-code = もう一台の端末に出ているコード
device-code-hint = 四角い模様から開いたときは、はじめから入っています。
device-button = この端末で使う
device-first = はじめての方は、加入票のコードを使ってください。
device-join = 加入票のコードで参加する

start-title = あと1回、押すだけです
start-elsewhere-title = ホーム画面から開いてください
start-elsewhere = このページは、ホーム画面に追加した「かいらん」を開くためのものです。だれかから送られてきたときは、使わないでください。参加するには、お手元の加入票を使います。
start-join = 加入票のコードで参加
start-lead = ボタンを押すと、このアイコンからお知らせを読んだり、通知を受け取ったりできます。
start-button = 使いはじめる
start-by-hand = 「使えません」と出たとき
start-code = コード
start-slip = ホーム画面に追加してから1日たつと、このボタンは使えません。そのときは、加入票のコードを使ってください。

add-device-title = 別の端末を追加する
add-device-scan = 追加する端末のカメラで、この四角い模様を読み取ってください。
add-device-picture = 追加する端末で読み取る二次元コード
add-device-limits = 5分のあいだ、1台だけ使えます。ほかの人には見せないでください。
add-device-by-hand-title = 読み取れないとき
add-device-by-hand = 追加する端末で次のアドレスを開き、コードを打ってください。
add-device-address = アドレス：
add-device-code = コード：
add-device-done = 追加できたら、ここを押す
add-device-anew = コードを作り直す
add-device-lead = ご家族の端末ではなく、ご自身の2台目のスマートフォンやパソコンのためのものです。
add-device-family = ご家族は、それぞれ加入票のコードで参加してください。どなたが読んだかが分かるようになります。
add-device-show = 四角い模様を表示する
add-device-back = 戻る

devices-title = 使っている端末
devices-lead = あなた宛てのお知らせを読める、スマートフォンやパソコンです。
devices-further = 「{ $name }」に心当たりはありますか
devices-further-since = 使われはじめた時：
devices-own = 自分で追加しました
devices-not-own = 心当たりがないので、やめさせる
devices-this = この端末
devices-since = 使いはじめ：
devices-seen = 最後に使った日：
devices-today = 今日
devices-end = この端末の利用をやめる
devices-add-title = もう一台でも読む
devices-add = 加入票がなくても、この画面に出る四角い模様を読み取るだけで追加できます。
devices-passkeys-title = パスキー
devices-passkeys = パスワードの代わりに、指紋や顔、画面ロックでサインインできます。
devices-passkeys-button = パスキーを見る・登録する
devices-recovery = 認証アプリを入れた端末をなくしたときに使います。{ $left ->
    [0] いまは1つもありません。
   *[other] あと{ $left }個あります。
}
devices-recovery-button = 予備のコードを作る
devices-end-others = この端末のほかは、すべて利用をやめる

end-device-title = 端末の利用をやめる
end-device-headline = 「{ $name }」の利用をやめますか
end-device-lead = その端末では、お知らせを読むことも、受け取ることもできなくなります。
end-device-others-headline = ほかの端末の利用を、すべてやめますか
end-device-others-lead = この端末のほかでは、お知らせを読むことも、受け取ることもできなくなります。
end-device-sign-in = もう一度使うときは、その端末でサインインしてください。
end-device-again = もう一度使うときは、この端末から追加し直すか、加入票のコードで参加してください。
end-device-back = やめないで戻る
end-device-button = 利用をやめる
identity-back = 戻る
password-now = いまのパスワード
password-now-hint = ご本人であることを確かめます。

## What devices are called.
device-with = { $machine }の{ $software }
device-home-screen = { $machine }のホーム画面
device-app = { $machine }のアプリ
device-program = プログラム
device-phone = スマートフォン
device-windows = Windowsのパソコン
device-linux = Linuxのパソコン
device-unknown = 機種の分からない端末

## The first sign-in.
welcome-title = ようこそ
welcome-lead = 役員・職員としてはじめて使う方のページです。これから使うパスワードを決めます。
welcome-app-title = 認証アプリに登録してください
welcome-app = パスワードが人に知られても入られないように、スマートフォンの認証アプリ（Google Authenticator、Microsoft Authenticator など）を使います。
welcome-app-open = 認証アプリを開き、「追加」を押します。
welcome-app-scan = 下の四角い模様を読み取ります。
welcome-app-type = 表示された6桁の数字を、下の欄に入力します。
welcome-app-picture = 認証アプリで読み取る二次元コード
welcome-app-by-hand = 読み取れないときは、認証アプリで「キーを入力」を選び、次の文字を打ってください。
welcome-app-here = この端末の認証アプリに登録する
welcome-code = 招待のコード
welcome-code-hint = 招待のリンクから開いたときは、はじめから入っています。
welcome-password = これから使うパスワード
welcome-password-hint = 10文字以上。ほかで使っていないものにしてください。
welcome-password-again = 安全のため、パスワードだけはもう一度入力してください。
welcome-button = 使いはじめる

## Recovery codes.
recovery-lead = 認証アプリを入れた端末をなくしたとき、6桁の数字の代わりに使うコードです。
recovery-left = あと<strong>{ $left }個</strong>あります。作り直すと、前のコードは使えなくなります。
recovery-none = <strong>いまは1つもありません。</strong>作っておくと安心です。
recovery-button = コードを10個作る
recovery-made-title = 予備のコードができました
recovery-made-lead = このページは二度と表示できません。紙に写して、しまっておいてください。
recovery-made = 認証アプリを入れた端末をなくしたとき、このコードがあれば、またサインインできます。1つのコードは1回だけ使えます。サインインのページで「認証アプリが使えないとき」を開いて入力します。
recovery-made-button = 書き留めました

## Passkeys.
passkeys-title = パスキー
passkeys-lead = パスワードの代わりに、端末の指紋や顔、画面ロックでサインインするためのものです。
passkeys-none = まだ登録していません。
passkeys-since = 登録：
passkeys-remove = このパスキーを消す
passkey-add-title = パスキーを登録する
passkey-add-lead = ご自分だけが使う端末に登録してください。次からは、指紋や顔だけでサインインできます。
passkey-add-here = この端末で登録する
passkey-next = 次へ
passkey-press = ボタンを押すと、指紋や顔、画面ロックの確認が出ます。
passkey-dropped = 確認が取りやめになったか、この端末にパスキーがありません。もう一度押してください。
passkey-known = この端末のパスキーは、もう登録されています。
passkey-failed = パスキーを使えませんでした。パスワードをお使いください。
passkey-unable = この端末やアプリでは、パスキーを使えません。パスワードをお使いください。
passkey-script = パスキーを使うには、ブラウザーの設定で JavaScript を有効にしてください。パスワードでのサインインは、このままでもできます。
passkey-sign-in-title = パスキーでサインイン
passkey-sign-in-button = 指紋や顔でサインインする
passkey-where = パスキーは、サインインしたあと「使っている端末」のページで登録できます。
passkey-password = パスワードでサインインする
passkey-remove-title = パスキーを消す
passkey-remove-headline = 「{ $name }」のパスキーを消しますか
passkey-remove-lead = 消すと、そのパスキーではサインインできなくなります。いまサインインしている端末は、そのまま使えます。
passkey-remove-stays = 端末に残るパスキーは、その端末の設定で消してください。
passkey-remove-not = 消さないで戻る

## What could not be done.
problem-invalid-code = このコードは使えません。期限が切れたか、新しいコードに替わったか、もう使われています。配った方にお尋ねください。
problem-wrong-credentials = メールアドレスかパスワードが違います。
problem-wrong-password = パスワードが違います。
problem-second-factor-needed = 認証アプリに表示される6桁の数字を入力してください。
problem-wrong-second-factor = 6桁の数字が違います。認証アプリの新しい数字を入力してください。
problem-digits-closed = 違う数字が続いたため、しばらくこの端末では6桁の数字を使えません。15分ほど待つか、予備のコードか、前にサインインした端末を使ってください。
problem-invalid-refresh-token = サインインの期限が切れました。もう一度サインインしてください。
problem-sign-in-instead = 役員・職員の方は、新しい端末でもメールアドレスとパスワードでサインインしてください。
problem-no-account = パスキーは、メールアドレスとパスワードでサインインする方のものです。この端末は、そのままお使いいただけます。
problem-no-second-factor = 認証アプリを使っていないので、予備のコードはいりません。
problem-email-taken = このメールアドレスはすでに使われています。
problem-device-code = このコードは使えません。もう使われたか、期限が切れています。もう一台の端末で新しいコードを出すか、加入票のコードで参加してください。
problem-provider-failed = 職員アカウントの確認先とつながりません。時間をおいてもう一度お試しください。
problem-provider-refused = 職員アカウントでの確認が取り消されました。もう一度お試しください。
problem-sign-in-interrupted = サインインが途中で切れました。はじめからもう一度お試しください。
problem-mail-not-verified = 職員アカウントのメールアドレスが確認されていません。庁内の担当の方にお尋ねください。
problem-no-staff-seat = このメールアドレスの職員は登録されていません。市の担当の方に登録を頼んでください。
problem-passkey-refused = このパスキーではサインインできません。もう一度お試しになるか、パスワードでサインインしてください。
problem-too-many-passkeys = パスキーは10個までです。使っていないものを消してください。
problem-passkey-not-registered = パスキーを登録できませんでした。もう一度お試しください。

## What is wrong with a code as it was typed.
code-letter = コードに打ち間違いがあります。「{ $letter }」は、コードに使われない文字です。コードは、大文字のアルファベットと数字だけです。
code-letter-like = コードに打ち間違いがあります。「{ $letter }」は、コードに使われない文字です。紙の文字は、よく似た「{ $like }」ではありませんか。
code-letter-like-either = コードに打ち間違いがあります。「{ $letter }」は、コードに使われない文字です。紙の文字は、よく似た「{ $one }」か「{ $other }」ではありませんか。
code-empty = コードを入力してください。紙に印刷された16文字です。
code-short = コードに打ち間違いがあります。いま{ $length }文字です。16文字を、もう一度お確かめください。
code-long = コードに打ち間違いがあります。文字が多すぎます。16文字を、もう一度お確かめください。
code-wrong = コードに打ち間違いがあります。16文字のうち、どれかが違うか、前後が入れ替わっています。紙と見くらべてください。
