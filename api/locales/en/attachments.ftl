# What is attached to a notice.

attachments-title = Attachments
attachments-heading = Attachments
attachments-none = Nothing is attached.
attachments-choose = Choose files to attach
attachments-hint = PDFs or pictures (JPEG, PNG, WebP), five at most, up to 10 MB each. What a photo tells of where it was taken is removed before anybody gets it.
attachments-add = Attach
attachments-full = Five files are attached. To attach another, remove one first.
attachments-remove = Remove
attachments-remove-name = Remove “{ $name }”
attachments-keep = Leave it after all
attachments-keep-name = Leave it after all: “{ $name }”
attachments-comes = Comes with the next correction
attachments-goes = Goes with the next correction
attachments-out = This notice has been sent. Readers see what you change here once you send a correction.
attachments-agreed = It is settled that this emergency will be sent. What you change here becomes part of it once a correction is sent.
attachments-refused = Some files could not be attached
attachments-next = Look it over
attachments-correct = Write the correction
attachments-back = Back to the notice
attachments-first = If you want to change attachments as well, do so before you write below. What you write here is lost when you leave the page.
attachments-change = Change attachments
attachments-added = An attachment was added
attachments-removed = An attachment was removed

## One file.
attachment-pdf = PDF · { $pages ->
    [one] { $pages } page
   *[other] { $pages } pages
} · { $size }
attachment-picture = Picture · { $size }
attachment-pdf-alt = { $name } (PDF), first page
attachment-picture-alt = { $name } (picture)

## Why a file is not taken, and what to do.
attachment-nothing = No file was chosen. Choose one, then press “Attach”.
attachment-busy = “{ $name }” could not be taken just now, as the server is busy. Send this file alone once more in a little while.
attachment-too-many = “{ $name }” was not attached: there can be { $most } attachments at most.
attachment-empty = “{ $name }” is empty. Check that you can open the original, then choose it again.
attachment-too-large = “{ $name }” is too large: { $size }, where { $most } is the most. Save a PDF in lower quality or split it, make a picture smaller, then choose it again.
attachment-kind = “{ $name }” is not a kind of file that can be attached. Make it a PDF or a picture (JPEG, PNG, WebP). Word and Excel can save as PDF.
attachment-heic = “{ $name }” is a HEIC picture, which can't be attached. Make it a JPEG: on an iPhone, choose Settings, Camera, Formats, Most Compatible before you take it. Of one that you have already, a screenshot will do.
attachment-broken = “{ $name }” seems to be damaged and could not be read. Check that you can open the original, save a PDF once more, then choose it again.
attachment-too-many-pixels = “{ $name }” is too wide or too high. Choose a smaller version of the picture.
attachment-encrypted = “{ $name }” is a PDF with a password. Save it without the password, then choose it again.
attachment-too-many-pages = “{ $name }” has { $pages } pages; { $most } is the most. Keep only the pages that matter, or split it.
attachment-script = “{ $name }” is a PDF with a program in it, which can't be attached. Make it anew with “Print to PDF”.
attachment-launch = “{ $name }” is a PDF that starts other programs, which can't be attached. Make it anew with “Print to PDF”.
attachment-embedded = “{ $name }” is a PDF with other files in it, which can't be attached. Make it anew with “Print to PDF”, and attach those files by themselves.

fault-attachments-unseen = Look at the attachments and send their ids (attachments) along. An emergency’s files are looked at by who sends them.
problem-attachments-changed = Somebody else has just changed the attachments. Look at them below once more.
problem-files-too-large = At once, { $limit } MB can be sent in all. Send the files in parts, or make them smaller.
