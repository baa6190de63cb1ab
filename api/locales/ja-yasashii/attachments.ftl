# What is attached to a notice.

attachments-title = いっしょに ｜送《おく》る もの
attachments-heading = いっしょに ｜送《おく》る もの
attachments-none = なにも ありません。
attachments-choose = ファイルを えらぶ
attachments-hint = PDFか ｜写真《しゃしん》（JPEG・PNG・WebP）を 5つまで。1つ 10MBまでです。｜写真《しゃしん》を とった ｜場所《ばしょ》は、｜消《け》してから ｜送《おく》ります。
attachments-add = つける
attachments-full = 5つ あります。もう つけられません。どれかを ｜取《と》ってから、つけて ください。
attachments-remove = ｜取《と》る
attachments-remove-name = 「{ $name }」を ｜取《と》る
attachments-keep = ｜取《と》るのを やめる
attachments-keep-name = 「{ $name }」を ｜取《と》るのを やめる
attachments-comes = つぎに ｜直《なお》すときに ふえます
attachments-goes = つぎに ｜直《なお》すときに なくなります
attachments-out = このお｜知《し》らせは、もう ｜送《おく》りました。ここで かえたことは、｜直《なお》した お｜知《し》らせを ｜送《おく》ると、｜見《み》えるように なります。
attachments-agreed = この お｜知《し》らせは、｜送《おく》ることが きまって います。ここで かえたことは、｜直《なお》した お｜知《し》らせを ｜送《おく》ると、｜入《はい》ります。
attachments-refused = つけられなかった ものが あります
attachments-next = ｜内容《ないよう》を たしかめる
attachments-correct = ｜直《なお》す
attachments-back = お｜知《し》らせに もどる
attachments-first = いっしょに ｜送《おく》る ものも かえるときは、｜先《さき》に かえて ください。ほかの ページに いくと、｜下《した》に ｜書《か》いたことは ｜消《き》えます。
attachments-change = いっしょに ｜送《おく》る ものを かえる
attachments-added = いっしょに ｜送《おく》る ものが ふえました
attachments-removed = いっしょに ｜送《おく》る ものが なくなりました

## One file.
attachment-pdf = PDF・{ $pages }ページ・{ $size }
attachment-picture = ｜絵《え》や ｜写真《しゃしん》・{ $size }
attachment-pdf-alt = { $name }（PDF）の 1ページ
attachment-picture-alt = { $name }（｜絵《え》や ｜写真《しゃしん》）

## Why a file is not taken, and what to do.
attachment-nothing = ファイルを えらんで いません。ファイルを えらんでから、「つける」を おして ください。
attachment-busy = 「{ $name }」は、いま こんでいて ｜受《う》け｜取《と》れませんでした。この ファイルだけ、すこし あとで もういちど ｜送《おく》って ください。
attachment-too-many = 「{ $name }」は つけられませんでした。{ $most }つまでです。
attachment-empty = 「{ $name }」は ｜中《なか》に なにも ありません。もとの ファイルを ｜見《み》て、もう｜一度《いちど》 えらんで ください。
attachment-too-large = 「{ $name }」は { $size }です。｜大《おお》きすぎます。1つ { $most }までです。｜小《ちい》さくしてから、えらんで ください。
attachment-kind = 「{ $name }」は つけられない ファイルです。PDFか ｜写真《しゃしん》（JPEG・PNG・WebP）に して ください。
attachment-heic = 「{ $name }」は HEICという ｜写真《しゃしん》です。つけられません。JPEGに して ください。iPhoneでは、「｜設定《せってい》」の「カメラ」の「フォーマット」で「｜互換性優先《ごかんせいゆうせん》」を えらんで ｜写真《しゃしん》を とります。
attachment-broken = 「{ $name }」は こわれて います。｜読《よ》めませんでした。もとの ファイルを ｜見《み》て、もう｜一度《いちど》 えらんで ください。
attachment-too-many-pixels = 「{ $name }」は ｜大《おお》きすぎます。｜小《ちい》さい ｜写真《しゃしん》に して ください。
attachment-encrypted = 「{ $name }」は パスワードが いる PDFです。パスワードを なくしてから、えらんで ください。
attachment-too-many-pages = 「{ $name }」は { $pages }ページ あります。{ $most }ページまでです。いくつかに わけて ください。
attachment-script = 「{ $name }」は プログラムが ある PDFです。つけられません。「PDFとして ｜印刷《いんさつ》」で もう｜一度《いちど》 ｜作《つく》って ください。
attachment-launch = 「{ $name }」は ほかの プログラムを ｜動《うご》かす PDFです。つけられません。「PDFとして ｜印刷《いんさつ》」で もう｜一度《いちど》 ｜作《つく》って ください。
attachment-embedded = 「{ $name }」は ｜中《なか》に べつの ファイルが ある PDFです。つけられません。「PDFとして ｜印刷《いんさつ》」で もう｜一度《いちど》 ｜作《つく》って ください。

fault-attachments-unseen = いっしょに ｜送《おく》る ものを ｜見《み》て、その ｜番号《ばんごう》（attachments）も ｜送《おく》って ください。
problem-attachments-changed = ほかの ｜人《ひと》が、いっしょに ｜送《おく》る ものを かえました。｜下《した》を もういちど ｜見《み》て ください。
problem-files-too-large = ｜一度《いちど》に ｜送《おく》れるのは、ぜんぶで { $limit }MBまでです。わけて ｜送《おく》って ください。
