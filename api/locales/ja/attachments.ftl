# What is attached to a notice.

attachments-title = 添付
attachments-heading = 添付するもの
attachments-none = 何も付いていません。
attachments-choose = 付けるファイルを選ぶ
attachments-hint = PDFか写真（JPEG・PNG・WebP）を、合わせて5つまで。1つ10MBまでです。写真に残っている撮影場所などの記録は、取り除いて届けます。
attachments-add = 添付する
attachments-full = 5つ付いています。ほかのものを付けるときは、先にどれかを外してください。
attachments-remove = 外す
attachments-remove-name = 「{ $name }」を外す
attachments-keep = 外すのをやめる
attachments-keep-name = 「{ $name }」を外すのをやめる
attachments-comes = 次の訂正で加わります
attachments-goes = 次の訂正で外れます
attachments-out = このお知らせは、もう届いています。ここで変えたことは、訂正を出すと、読む方に見えるようになります。
attachments-agreed = この緊急のお知らせは、送ることが決まっています。ここで変えたことは、訂正を出すと、お知らせに入ります。
attachments-refused = 付けられなかったものがあります
attachments-next = 内容を確かめる
attachments-correct = 訂正を書く
attachments-back = お知らせに戻る
attachments-first = 添付も変えるときは、下を書く前に変えてください。ページを移ると、下に書いたことは消えます。
attachments-change = 添付を変える
attachments-added = 添付が加わりました
attachments-removed = 添付が外されました

## One file.
attachment-pdf = PDF・{ $pages }ページ・{ $size }
attachment-picture = 画像・{ $size }
attachment-pdf-alt = { $name }（PDF）の1ページ目
attachment-picture-alt = { $name }（画像）

## Why a file is not taken, and what to do.
attachment-nothing = ファイルが選ばれていません。付けるファイルを選んでから、「添付する」を押してください。
attachment-busy = 「{ $name }」は、いま混み合っていて受け取れませんでした。このファイルだけ、少したってからもう一度お送りください。
attachment-too-many = 「{ $name }」は付けられませんでした。付けられるのは、{ $most }つまでです。
attachment-empty = 「{ $name }」は、中身が空です。もとのファイルを開けるか確かめて、もう一度選んでください。
attachment-too-large = 「{ $name }」は{ $size }あり、大きすぎます。1つ{ $most }までです。PDFは画質を下げて作り直すか分け、写真は小さくしてから選んでください。
attachment-kind = 「{ $name }」は、付けられない種類のファイルです。PDFか写真（JPEG・PNG・WebP）にしてください。WordやExcelの書類は、PDFで保存すると付けられます。
attachment-heic = 「{ $name }」は、HEICという種類の写真で、付けられません。JPEGにしてください。iPhoneでは、「設定」の「カメラ」の「フォーマット」で「互換性優先」を選んで撮るとJPEGになります。撮ってある写真は、画面の写し（スクリーンショット）でも送れます。
attachment-broken = 「{ $name }」は、こわれているようで、読み取れませんでした。もとのファイルを開けるか確かめ、PDFはもう一度保存し直してから選んでください。
attachment-too-many-pixels = 「{ $name }」は、縦横が大きすぎます。小さくした写真にしてください。
attachment-encrypted = 「{ $name }」は、パスワードがかかったPDFです。パスワードを外して保存し直してから選んでください。
attachment-too-many-pages = 「{ $name }」は{ $pages }ページあります。{ $most }ページまでです。要るところだけのPDFにするか、いくつかに分けてください。
attachment-script = 「{ $name }」は、プログラムの入ったPDFなので、付けられません。「PDFとして印刷」で作り直すと、付けられます。
attachment-launch = 「{ $name }」は、ほかのプログラムを動かすPDFなので、付けられません。「PDFとして印刷」で作り直すと、付けられます。
attachment-embedded = 「{ $name }」は、中に別のファイルが入ったPDFなので、付けられません。「PDFとして印刷」で作り直し、中のファイルは別に付けてください。

fault-attachments-unseen = 添付を見たうえで、その番号（attachments）を付けて送ってください。緊急のお知らせの添付は、送る方の確認が必要です。
problem-attachments-changed = いま、ほかの方が添付を変えました。下の添付を、もう一度お確かめください。
problem-files-too-large = 一度に送れるのは、合わせて{ $limit }MBまでです。ファイルを分けるか、小さくして送ってください。
