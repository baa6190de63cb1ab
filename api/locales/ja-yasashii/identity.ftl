# Signing in and out, and one's devices.
leaving-title = サインアウト（｜使《つか》うのを やめる）
leaving-headline = サインアウトしますか
leaving-lead = この スマートフォンに お｜知《し》らせが とどかなく なります。
leaving-clears = ここに ある お｜知《し》らせと、まだ ｜送《おく》って いない ｜確認《かくにん》は ｜消《き》えます。
leaving-slip = もういちど はじめるときは、｜紙《かみ》の コードが いります。｜紙《かみ》が あるか ｜見《み》て ください。
leaving-stay = サインアウトしない
leaving-button = サインアウトする

signin-title = サインイン
signin-lead = ｜役員《やくいん》と ｜市《し》の ｜職員《しょくいん》の ページです。
signin-staff-title = ｜市《し》の ｜職員《しょくいん》
signin-staff-button = ｜職員《しょくいん》の アカウントで サインインする
signin-officers-title = ｜自治会《じちかい》の ｜役員《やくいん》・｜班長《はんちょう》
signin-email = メールアドレス
signin-password = パスワード
signin-show = パスワードを ｜見《み》せる
signin-totp = 6つの ｜数字《すうじ》
signin-totp-hint = ｜認証《にんしょう》アプリの「Kairan」に ｜今《いま》 ｜出《で》ている ｜数字《すうじ》です。
signin-no-app = ｜認証《にんしょう》アプリが ｜使《つか》えないとき
signin-recovery = ｜予備《よび》の コード
signin-recovery-hint = ｜前《まえ》に ｜書《か》いて おいた 16の ｜文字《もじ》の コードを ひとつ ｜書《か》きます。6つの ｜数字《すうじ》は いりません。
signin-button = サインインする
signin-passkey = ｜指《ゆび》や ｜顔《かお》で サインインする（パスキー）
signin-residents = ｜住《す》んでいる ｜人《ひと》は、｜紙《かみ》の コードを ｜使《つか》って ください。
signin-forgotten = パスワードを ｜忘《わす》れた ｜人《ひと》は、｜招待《しょうたい》した ｜人《ひと》に もういちど ｜頼《たの》んで ください。

device-title = この スマートフォンでも ｜読《よ》む
device-lead = もう ｜使《つか》っている スマートフォンの コードで はじめます。
device-code = ほかの スマートフォンに ｜出《で》ている コード
device-code-hint = ｜四角《しかく》い ｜絵《え》から ｜開《ひら》いたときは、もう ｜書《か》いて あります。
device-button = ここで ｜使《つか》う
device-first = はじめての ｜人《ひと》は、｜紙《かみ》の コードを ｜使《つか》って ください。
device-join = ｜紙《かみ》の コードで はじめる

start-title = あと いちど おすだけです
start-elsewhere-title = ホーム｜画面《がめん》から ｜開《ひら》いて ください
start-elsewhere = この ページは、ホーム｜画面《がめん》に ｜入《い》れた「かいらん」の ページです。だれかが ｜送《おく》って きた ときは、｜使《つか》わないで ください。はじめる ときは、｜紙《かみ》の コードを ｜使《つか》います。
start-join = ｜紙《かみ》の コードで はじめる
start-lead = ボタンを おすと、ここから お｜知《し》らせを ｜読《よ》めます。｜通知《つうち》も うけとれます。
start-button = ｜使《つか》いはじめる
start-by-hand = 「｜使《つか》えません」と ｜出《で》たとき
start-code = コード
start-slip = ホーム｜画面《がめん》に ｜入《い》れてから 1｜日《にち》たつと、この ボタンは ｜使《つか》えません。｜紙《かみ》の コードを ｜使《つか》って ください。

add-device-title = ほかの スマートフォンを ｜足《た》す
add-device-scan = ｜足《た》す スマートフォンの カメラで、この ｜四角《しかく》い ｜絵《え》を ｜読《よ》んで ください。
add-device-picture = ｜足《た》す スマートフォンで ｜読《よ》む ｜四角《しかく》い ｜絵《え》
add-device-limits = 5｜分《ふん》の あいだ、1｜台《だい》だけ ｜使《つか》えます。ほかの ｜人《ひと》に ｜見《み》せないで ください。
add-device-by-hand-title = ｜読《よ》めないとき
add-device-by-hand = ｜足《た》す スマートフォンで ｜下《した》の アドレスを ｜開《ひら》いて、コードを ｜書《か》いて ください。
add-device-address = アドレス：
add-device-code = コード：
add-device-done = できたら、ここを おす
add-device-anew = コードを ｜新《あたら》しく する
add-device-lead = あなたの 2｜台目《だいめ》の スマートフォンや パソコンの ための ページです。｜家族《かぞく》の ための ページでは ありません。
add-device-family = ｜家族《かぞく》は、ひとりずつ ｜紙《かみ》の コードで はじめて ください。だれが ｜読《よ》んだか、わかります。
add-device-show = ｜四角《しかく》い ｜絵《え》を ｜見《み》せる
add-device-back = もどる

devices-title = ｜使《つか》っている スマートフォン
devices-lead = あなたへの お｜知《し》らせを ｜読《よ》める スマートフォンや パソコンです。
devices-further = 「{ $name }」を ｜知《し》っていますか
devices-further-since = ｜使《つか》いはじめた とき：
devices-own = ｜自分《じぶん》で ｜足《た》しました
devices-not-own = ｜知《し》らないので、やめさせる
devices-this = この スマートフォン
devices-since = ｜使《つか》いはじめ：
devices-seen = さいごに ｜使《つか》った ｜日《ひ》：
devices-today = きょう
devices-end = これを ｜使《つか》うのを やめる
devices-add-title = もう 1｜台《だい》でも ｜読《よ》む
devices-add = ｜紙《かみ》が なくても できます。この ページの ｜四角《しかく》い ｜絵《え》を ｜読《よ》みます。
devices-passkeys-title = パスキー
devices-passkeys = パスワードの かわりに、｜指《ゆび》や ｜顔《かお》で サインインできます。
devices-passkeys-button = パスキーを ｜見《み》る・｜足《た》す
devices-recovery = ｜認証《にんしょう》アプリの スマートフォンを なくしたときに ｜使《つか》います。{ $left ->
    [0] ｜今《いま》は ひとつも ありません。
   *[other] あと { $left }つ あります。
}
devices-recovery-button = ｜予備《よび》の コードを ｜作《つく》る
devices-end-others = ここの ほかは、ぜんぶ やめる

end-device-title = ｜使《つか》うのを やめる
end-device-headline = 「{ $name }」を ｜使《つか》うのを やめますか
end-device-lead = そこでは、お｜知《し》らせを ｜読《よ》むことも うけとることも できなく なります。
end-device-others-headline = ほかの ところで ｜使《つか》うのを ぜんぶ やめますか
end-device-others-lead = ここの ほかでは、お｜知《し》らせを ｜読《よ》むことも うけとることも できなく なります。
end-device-sign-in = もういちど ｜使《つか》うときは、そこで サインインして ください。
end-device-again = もういちど ｜使《つか》うときは、ここから ｜足《た》すか、｜紙《かみ》の コードで はじめて ください。
end-device-back = やめないで もどる
end-device-button = やめる
identity-back = もどる
password-now = ｜今《いま》の パスワード
password-now-hint = ほんとうに あなたか、｜確《たし》かめます。

## What devices are called.
device-with = { $machine }の { $software }
device-home-screen = { $machine }の ホーム｜画面《がめん》
device-app = { $machine }の アプリ
device-program = プログラム
device-phone = スマートフォン
device-windows = Windowsの パソコン
device-linux = Linuxの パソコン
device-unknown = ｜名前《なまえ》の わからない スマートフォンや パソコン

## The first sign-in.
welcome-title = ようこそ
welcome-lead = ｜役員《やくいん》・｜市《し》の ｜職員《しょくいん》が、はじめて ｜使《つか》うときの ページです。パスワードを ｜決《き》めます。
welcome-app-title = ｜認証《にんしょう》アプリを ｜使《つか》って ください
welcome-app = スマートフォンの ｜認証《にんしょう》アプリ（Google Authenticator、Microsoft Authenticator など）を ｜使《つか》います。ほかの ｜人《ひと》が パスワードを ｜知《し》っても、｜入《はい》れません。
welcome-app-open = ｜認証《にんしょう》アプリを ｜開《ひら》いて、「｜追加《ついか》」を おします。
welcome-app-scan = ｜下《した》の ｜四角《しかく》い ｜絵《え》を ｜読《よ》みます。
welcome-app-type = ｜出《で》た 6つの ｜数字《すうじ》を、｜下《した》に ｜書《か》きます。
welcome-app-picture = ｜認証《にんしょう》アプリで ｜読《よ》む ｜四角《しかく》い ｜絵《え》
welcome-app-by-hand = ｜読《よ》めないときは、｜認証《にんしょう》アプリで「キーを ｜入力《にゅうりょく》」を えらんで、つぎの ｜文字《もじ》を ｜書《か》いて ください。
welcome-app-here = この スマートフォンの アプリを ｜使《つか》う
welcome-code = ｜招待《しょうたい》の コード
welcome-code-hint = ｜招待《しょうたい》の リンクから ｜開《ひら》いたときは、もう ｜書《か》いて あります。
welcome-password = これから ｜使《つか》う パスワード
welcome-password-hint = 10｜文字《もじ》より ｜長《なが》く して ください。ほかで ｜使《つか》って いない パスワードに して ください。
welcome-password-again = パスワードだけは、もういちど ｜書《か》いて ください。
welcome-button = ｜使《つか》いはじめる

## Recovery codes.
recovery-lead = ｜認証《にんしょう》アプリの スマートフォンを なくしたときに、6つの ｜数字《すうじ》の かわりに ｜使《つか》う コードです。
recovery-left = あと <strong>{ $left }つ</strong> あります。｜新《あたら》しく すると、｜前《まえ》の コードは ｜使《つか》えません。
recovery-none = <strong>｜今《いま》は ひとつも ありません。</strong>｜作《つく》って ください。
recovery-button = コードを 10 ｜作《つく》る
recovery-made-title = ｜予備《よび》の コードが できました
recovery-made-lead = この ページは もう ｜見《み》られません。｜紙《かみ》に ｜書《か》いて、｜大切《たいせつ》に して ください。
recovery-made = ｜認証《にんしょう》アプリの スマートフォンを なくしても、この コードで サインインできます。ひとつの コードは 1｜回《かい》だけ ｜使《つか》えます。サインインの ページで「｜認証《にんしょう》アプリが ｜使《つか》えないとき」を ｜開《ひら》いて、｜書《か》きます。
recovery-made-button = ｜紙《かみ》に ｜書《か》きました

## Passkeys.
passkeys-title = パスキー
passkeys-lead = パスワードの かわりに、｜指《ゆび》や ｜顔《かお》で サインインする ための ものです。
passkeys-none = まだ ありません。
passkeys-since = ｜足《た》した ｜日《ひ》：
passkeys-remove = この パスキーを ｜消《け》す
passkey-add-title = パスキーを ｜足《た》す
passkey-add-lead = あなただけが ｜使《つか》う スマートフォンや パソコンで して ください。つぎからは、｜指《ゆび》や ｜顔《かお》だけで サインインできます。
passkey-add-here = ここで ｜足《た》す
passkey-next = つぎへ
passkey-press = ボタンを おすと、｜指《ゆび》や ｜顔《かお》を ｜確《たし》かめます。
passkey-dropped = ｜確《たし》かめることが できませんでした。ここに パスキーが ないかも しれません。もういちど おして ください。
passkey-known = ここの パスキーは、もう あります。
passkey-failed = パスキーは ｜使《つか》えませんでした。パスワードを ｜使《つか》って ください。
passkey-unable = ここでは パスキーを ｜使《つか》えません。パスワードを ｜使《つか》って ください。
passkey-script = パスキーを ｜使《つか》うには、ブラウザーの ｜設定《せってい》で JavaScript を オンに して ください。パスワードでも サインインできます。
passkey-sign-in-title = パスキーで サインイン
passkey-sign-in-button = ｜指《ゆび》や ｜顔《かお》で サインインする
passkey-where = パスキーは、サインインした あとで、「｜使《つか》っている スマートフォン」の ページで ｜足《た》します。
passkey-password = パスワードで サインインする
passkey-remove-title = パスキーを ｜消《け》す
passkey-remove-headline = 「{ $name }」の パスキーを ｜消《け》しますか
passkey-remove-lead = ｜消《け》すと、その パスキーでは サインインできません。｜今《いま》 サインインしている スマートフォンは、そのまま ｜使《つか》えます。
passkey-remove-stays = スマートフォンに ｜残《のこ》っている パスキーは、その スマートフォンの ｜設定《せってい》で ｜消《け》して ください。
passkey-remove-not = ｜消《け》さないで もどる

## What could not be done.
problem-invalid-code = この コードは ｜使《つか》えません。｜古《ふる》いか、もう ｜使《つか》われました。くれた ｜人《ひと》に ｜聞《き》いて ください。
problem-wrong-credentials = メールアドレスか パスワードが ちがいます。
problem-wrong-password = パスワードが ちがいます。
problem-second-factor-needed = ｜認証《にんしょう》アプリに ｜出《で》ている 6つの ｜数字《すうじ》を ｜書《か》いて ください。
problem-wrong-second-factor = 6つの ｜数字《すうじ》が ちがいます。｜認証《にんしょう》アプリの ｜新《あたら》しい ｜数字《すうじ》を ｜書《か》いて ください。
problem-digits-closed = ｜何回《なんかい》も ちがったので、すこしの あいだ 6つの ｜数字《すうじ》は ｜使《つか》えません。15｜分《ふん》くらい ｜待《ま》つか、｜予備《よび》の コードか、｜前《まえ》に サインインした スマートフォンを ｜使《つか》って ください。
problem-invalid-refresh-token = もういちど サインインして ください。
problem-sign-in-instead = ｜役員《やくいん》と ｜職員《しょくいん》は、メールアドレスと パスワードで サインインして ください。
problem-no-account = パスキーは、メールアドレスと パスワードで サインインする ｜人《ひと》の ものです。この スマートフォンは、そのまま ｜使《つか》えます。
problem-no-second-factor = ｜認証《にんしょう》アプリを ｜使《つか》って いないので、｜予備《よび》の コードは いりません。
problem-email-taken = この メールアドレスは、もう ｜使《つか》われて います。
problem-device-code = この コードは ｜使《つか》えません。もう ｜使《つか》われたか、｜古《ふる》いです。ほかの スマートフォンで ｜新《あたら》しい コードを ｜出《だ》すか、｜紙《かみ》の コードで はじめて ください。
problem-provider-failed = ｜職員《しょくいん》の アカウントを ｜確《たし》かめることが できません。あとで もういちど して ください。
problem-provider-refused = ｜職員《しょくいん》の アカウントで できませんでした。もういちど して ください。
problem-sign-in-interrupted = サインインが ｜途中《とちゅう》で ｜切《き》れました。はじめから もういちど して ください。
problem-mail-not-verified = ｜職員《しょくいん》の アカウントの メールアドレスが ｜確《たし》かめられて いません。｜市《し》の ｜担当《たんとう》の ｜人《ひと》に ｜聞《き》いて ください。
problem-no-staff-seat = この メールアドレスの ｜職員《しょくいん》は いません。｜市《し》の ｜担当《たんとう》の ｜人《ひと》に ｜頼《たの》んで ください。
problem-passkey-refused = この パスキーでは サインインできません。もういちど するか、パスワードで サインインして ください。
problem-too-many-passkeys = パスキーは 10までです。｜使《つか》って いないものを ｜消《け》して ください。
problem-passkey-not-registered = パスキーを ｜足《た》すことが できませんでした。もういちど して ください。

## What is wrong with a code as it was typed.
code-letter = コードに まちがいが あります。「{ $letter }」は、コードの ｜文字《もじ》では ありません。コードは、｜大《おお》きい ABCと ｜数字《すうじ》だけです。
code-letter-like = コードに まちがいが あります。「{ $letter }」は、コードの ｜文字《もじ》では ありません。｜紙《かみ》の ｜文字《もじ》は「{ $like }」では ありませんか。
code-letter-like-either = コードに まちがいが あります。「{ $letter }」は、コードの ｜文字《もじ》では ありません。｜紙《かみ》の ｜文字《もじ》は「{ $one }」か「{ $other }」では ありませんか。
code-empty = コードを ｜書《か》いて ください。｜紙《かみ》に ある 16の ｜文字《もじ》です。
code-short = コードに まちがいが あります。｜今《いま》 { $length }｜文字《もじ》です。16の ｜文字《もじ》を もういちど ｜見《み》て ください。
code-long = コードに まちがいが あります。｜文字《もじ》が ｜多《おお》いです。16の ｜文字《もじ》を もういちど ｜見《み》て ください。
code-wrong = コードに まちがいが あります。16の ｜文字《もじ》の どれかが ちがうか、じゅんばんが ちがいます。｜紙《かみ》を もういちど ｜見《み》て ください。
