//! What is attached to notices: handed in, shown, corrected, refused, forgotten.

pub mod hands;
mod looked_at;
pub mod made;

use api::{
    files::Key,
    notices::{ForgetError, forget_files},
};
use entity::ids::CityId;
use hands::{add, fetched, links, number_of_files, office, place, reader, seen};
use made::{PLACE, bomb, drawing, locked_pdf, pdf, photo};
use reqwest::{Method, header};
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};
use tests::{TestApp, actor::notice, town};
use time::{Duration, format_description::well_known::Rfc3339};

#[tokio::test(flavor = "multi_thread")]
async fn an_officer_attaches_a_photo_and_a_pdf_and_a_resident_opens_both() {
    let app = TestApp::start().await;
    let (officer, resident) = (app.officer(town::YAMA).await, app.resident(town::YAMA_1).await);
    let id = officer.draft(&notice("夏まつり", town::YAMA)).await;
    let office = office(&app).await;
    let page = office.open(&format!("/notices/{id}/confirm")).await;
    assert!(page.text.contains("何も付いていません") && page.text.contains("multipart/form-data"), "{}", page.text);

    let taken = photo(1_200, 800);
    assert!(taken.windows(PLACE.len()).any(|part| part == PLACE), "the photo knows where it was taken");
    let files = [("IMG 0001.jpeg", taken), ("会報/夏まつり.PDF", pdf(3, ""))];
    let page = office.send_files(&format!("/notices/{id}/attachments"), &files).await;
    for words in ["IMG 0001.jpg", "夏まつり.pdf", "PDF・3ページ・1KB", "（PDF）の1ページ目"] {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    let _ = officer.publish(&id).await.expect(200);
    app.work().await;

    let reads = reader(&app, town::YAMA_1).await;
    let page = reads.open(&format!("/n/{id}")).await;
    assert!(page.text.contains("IMG 0001.jpg") && page.text.contains("夏まつり.pdf"), "{}", page.text);
    assert_eq!(links(&page).len(), 4, "{}", page.text);
    let list = resident.get(&format!("/api/v1/notices/{id}")).await.expect(200);
    assert_eq!((&list["attachment_count"], &list["attachments"][1]["pages"]), (&json!(2), &json!(3)));
    let feed = resident.get("/api/v1/notices").await.expect(200);
    assert_eq!((&feed["items"][0]["attachment_count"], &feed["items"][0]["attachments"]), (&json!(2), &Value::Null));

    let href = |place: usize, which: &str| list["attachments"][place][which].as_str().expect("an address").to_owned();
    let (status, headers, bytes) = fetched(&resident, &href(0, "href")).await;
    assert_eq!((status.as_u16(), headers["content-type"].as_bytes()), (200, &b"image/jpeg"[..]));
    assert_eq!(Value::from(bytes.len()), list["attachments"][0]["size"]);
    for known in [PLACE, b"Exif", b"GPS"] {
        assert!(!bytes.windows(known.len()).any(|part| part == known), "where it was taken is handed on");
    }
    let picture = image::load_from_memory(&bytes).expect("a picture");
    assert_eq!((picture.width(), picture.height()), (800, 1_200), "it stands upright");
    let (_, headers, bytes) = fetched(&resident, &href(0, "preview")).await;
    let picture = image::load_from_memory(&bytes).expect("a preview");
    assert_eq!((picture.width(), picture.height(), headers["content-type"].as_bytes()), (480, 720, &b"image/jpeg"[..]));
    assert!(bytes.len() <= 30_000, "{} bytes", bytes.len());

    let (status, headers, bytes) = fetched(&resident, &href(1, "href")).await;
    assert_eq!((status.as_u16(), bytes), (200, pdf(3, "")), "a PDF stays as it is");
    for (name, value) in [
        ("content-type", "application/pdf"),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "private, no-cache"),
        ("content-security-policy", "sandbox; default-src 'none'; frame-ancestors 'none'"),
        (
            "content-disposition",
            "inline; filename=\"attachment.pdf\"; filename*=UTF-8''%E5%A4%8F%E3%81%BE%E3%81%A4%E3%82%8A.pdf",
        ),
    ] {
        assert_eq!(headers[name].to_str().ok(), Some(value), "{name}");
    }
    let again = resident.request(Method::GET, &href(1, "href")).header(header::IF_NONE_MATCH, &headers["etag"]);
    let again = again.send().await.expect("an answer");
    assert_eq!(again.status(), 304, "what one has need not travel again");
    assert_eq!(again.headers()["content-security-policy"], headers["content-security-policy"], "and stays shut in");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_right_to_a_file_is_the_right_to_its_notice() {
    let app = TestApp::start().await;
    let officer = app.officer(town::YAMA).await;
    let (of_group, neighbour) = (app.resident(town::YAMA_1).await, app.resident(town::YAMA_2).await);
    let id = officer.draft(&notice("1班の集金", town::YAMA_1)).await;
    let file = add(&officer, &id, ("表.pdf", pdf(1, ""))).await.expect(201);
    let (href, file) = (file["href"].as_str().expect("an address"), file["id"].as_str().expect("an id"));
    let addresses = [href.to_owned(), format!("{href}/preview"), format!("/n/{id}/files/{file}")];
    let unknown =
        async |address: &str| neighbour.get(&address.replace(&id, "0199aaaa-0000-7000-8000-000000000000")).await.text;
    for address in &addresses {
        assert_eq!(fetched(&officer, address).await.0, 200, "who writes it looks at it");
        assert_eq!(of_group.get(address).await.text, unknown(address).await, "a draft is for its writers");
    }
    let _ = officer.publish(&id).await.expect(200);
    app.work().await;
    for address in &addresses {
        assert_eq!(fetched(&of_group, address).await.0, 200);
        let page = neighbour.get(address).await;
        assert_eq!((page.status.as_u16(), &page.text), (404, &unknown(address).await), "{address}");
    }
    // Nor by another notice that one may read.
    let other = officer.announce("公園の清掃", town::YAMA).await;
    app.work().await;
    neighbour.get(&format!("/api/v1/notices/{other}/attachments/{file}")).await.problem(404, "not_found");
    of_group.get(&format!("/api/v1/notices/{other}/attachments/{file}")).await.problem(404, "not_found");
    // Readers change nothing.
    add(&of_group, &id, ("表.pdf", pdf(1, ""))).await.problem(403, "not_your_notice");
    of_group.delete(href).await.problem(403, "not_your_notice");
    // What is withdrawn can be read by whom it reached, its files as well.
    let _ = officer.post(&format!("/api/v1/notices/{id}/withdraw"), &json!({})).await.expect(200);
    assert_eq!(fetched(&of_group, href).await.0, 200);
    add(&officer, &id, ("表.pdf", pdf(1, ""))).await.problem(409, "withdrawn");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_swaps_the_pdf_and_readers_are_told() {
    let app = TestApp::start().await;
    let (officer, resident) = (app.officer(town::YAMA).await, app.resident(town::YAMA_1).await);
    let id = officer.draft(&notice("総会の資料", town::YAMA)).await;
    let wrong = add(&officer, &id, ("資料.pdf", pdf(2, ""))).await.expect(201);
    let _ = officer.publish(&id).await.expect(200);
    app.work().await;
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE act IN ('attach', 'detach')").await, 0);

    // What is changed waits for the correction, and readers see nothing of it.
    let right = add(&officer, &id, ("資料（訂正）.pdf", pdf(4, ""))).await.expect(201);
    let (wrong, right) = (wrong["href"].as_str().expect("an address"), right["href"].as_str().expect("an address"));
    assert_eq!(officer.delete(wrong).await.status, 204);
    officer.delete(wrong).await.problem(404, "not_found");
    let waits = [("資料.pdf".to_owned(), "goes".to_owned()), ("資料（訂正）.pdf".to_owned(), "comes".to_owned())];
    assert_eq!(seen(&officer, &id).await, waits);
    let stays = [("資料.pdf".to_owned(), "stays".to_owned())];
    assert_eq!(seen(&resident, &id).await, stays);
    resident.get(right).await.problem(404, "not_found");
    let office = office(&app).await;
    for path in [format!("/notices/{id}/attachments"), format!("/notices/{id}/correct")] {
        let page = office.open(&path).await;
        assert!(
            page.text.contains("次の訂正で加わります") && page.text.contains("次の訂正で外れます"),
            "{}",
            page.text
        );
    }
    // Somebody thinks better of it, twice.
    let file = |href: &str| href.rsplit('/').next().expect("an id").to_owned();
    let path = |href: &str, verb: &str| format!("/notices/{id}/attachments/{}/{verb}", file(href));
    let page = office.send(&path(wrong, "keep"), &[]).await;
    assert!(!page.text.contains("次の訂正で外れます"), "{}", page.text);
    let page = office.send(&path(wrong, "remove"), &[]).await;
    assert!(page.text.contains("次の訂正で外れます"), "{}", page.text);

    let reason = json!({ "reason": "ページが抜けていました" });
    let corrected = officer.post(&format!("/api/v1/notices/{id}/correct"), &reason).await.expect(200);
    assert_eq!(corrected["revision"], 2, "a correction may consist of that alone");
    assert_eq!(corrected["correction"]["added_attachments"], json!(["資料（訂正）.pdf"]));
    assert_eq!(corrected["correction"]["removed_attachments"], json!(["資料.pdf"]));
    officer.post(&format!("/api/v1/notices/{id}/correct"), &reason).await.refused_at("");
    app.work().await;
    assert_eq!(seen(&resident, &id).await, [("資料（訂正）.pdf".to_owned(), "stays".to_owned())]);
    resident.get(wrong).await.problem(404, "not_found");
    assert_eq!(fetched(&resident, right).await.2, pdf(4, ""));
    let page = reader(&app, town::YAMA_1).await.open(&format!("/n/{id}")).await;
    assert!(page.text.contains("添付が加わりました") && page.text.contains("添付が外されました"), "{}", page.text);
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE act = 'attach'").await, 2);
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE act = 'detach'").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drills_file_says_so_wherever_it_is_kept() {
    let app = TestApp::start().await;
    let officer = app.officer(town::YAMA).await;
    let mut drill = notice("避難訓練", town::YAMA);
    drill["drill"] = json!(true);
    let id = officer.draft(&drill).await;
    let file = add(&officer, &id, ("避難所.png", drawing())).await.expect(201);
    assert_eq!(file["name"], "【訓練】避難所.png");
    let (_, headers, _) = fetched(&officer, file["href"].as_str().expect("an address")).await;
    let kept_as = headers["content-disposition"].to_str().expect("a name");
    assert!(kept_as.ends_with("''%E3%80%90%E8%A8%93%E7%B7%B4%E3%80%91%E9%81%BF%E9%9B%A3%E6%89%80.png"), "{kept_as}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_scheduled_changes_at_once_and_what_waits_can_be_taken_back() {
    let app = TestApp::start().await;
    let officer = app.officer(town::YAMA).await;
    let tomorrow = app.ground.clock.now() + Duration::DAY;
    let mut later = notice("歳末夜警", town::YAMA);
    later["publish_at"] = json!(tomorrow.format(&Rfc3339).expect("a time"));
    let id = officer.draft(&later).await;
    let first = add(&officer, &id, ("地図.png", drawing())).await.expect(201);
    assert_eq!((&first["kind"], &first["name"]), (&json!("png"), &json!("地図.png")), "a drawing stays sharp");
    assert_eq!(officer.delete(first["href"].as_str().expect("an address")).await.status, 204);
    let _ = officer.publish(&id).await.expect(200);
    let second = add(&officer, &id, ("順路.png", drawing())).await.expect(201);
    assert_eq!(second["correction"], "stays", "nobody has read it yet");
    app.ground.clock.advance(Duration::days(2));
    app.work().await;
    let officer = officer.refreshed().await;
    let waits = add(&officer, &id, ("地図.png", drawing())).await.expect(201);
    assert_eq!(waits["correction"], "comes");
    assert_eq!(officer.delete(waits["href"].as_str().expect("an address")).await.status, 204);
    assert_eq!(seen(&officer, &id).await, [("順路.png".to_owned(), "stays".to_owned())], "nobody has had it");
    let nothing = json!({ "reason": "雨" });
    officer.post(&format!("/api/v1/notices/{id}/correct"), &nothing).await.refused_at("");

    // Where others have taken its place, one that goes can't stay after all.
    assert_eq!(officer.delete(second["href"].as_str().expect("an address")).await.status, 204);
    let office = office(&app).await;
    let path = format!("/notices/{id}/attachments");
    let keep = format!("{path}/{}/keep", second["id"].as_str().expect("an id"));
    let last = async |which: &str| add(&officer, &id, (which, drawing())).await;
    for name in ["一.png", "二.png", "三.png", "四.png"] {
        let _ = last(name).await.expect(201);
    }
    assert!(office.open(&path).await.text.contains(&keep));
    let _ = last("五.png").await.expect(201);
    assert!(!office.open(&path).await.text.contains(&keep), "there is no room for it");
    let page = office.send(&keep, &[]).await;
    assert_eq!(page.status, 422);
    assert!(page.text.contains("順路.png") && page.text.contains("5つまで"), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_taken_is_named_and_the_rest_is_kept() {
    let app = TestApp::start().await;
    let officer = app.officer(town::YAMA).await;
    let id = officer.draft(&notice("夏まつり", town::YAMA)).await;
    let script = "/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>";
    let launch = "/OpenAction<</S/Launch/F(calc.exe)>>";
    let inside = "/Names<</EmbeddedFiles<</Names[(a)<</Type/Filespec/F(a.exe)/EF<</F 9 0 R>>>>]>>>>";
    let listed = "/Names<</JavaScript<</Names[(a)9 0 R]>>>>";
    let numbers = "/OpenAction<</#53/J#61vaScript/JS(app.alert\\(1\\))>>";
    let nameless = "/AF[<</Type/Filespec/EF<</F 9 0 R>>>>]";
    for (name, file, reason, words) in [
        ("空.pdf", Vec::new(), "empty", "中身が空です"),
        ("請求書.pdf", b"MZ\x90\0This program cannot be run in DOS mode".to_vec(), "kind", "付けられない種類"),
        ("写真.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec(), "heic", "JPEGにしてください"),
        ("爆弾.png", bomb(), "too_many_pixels", "縦横が大きすぎます"),
        ("半分.jpg", [&photo(40, 30)[..20], b"and no more"].concat(), "broken", "こわれている"),
        ("半分.png", drawing()[..150].to_vec(), "broken", "こわれている"),
        ("何か.pdf", b"%PDF-1.7\nnothing more".to_vec(), "broken", "こわれている"),
        ("秘密.pdf", locked_pdf(), "encrypted", "パスワードがかかったPDF"),
        ("厚い.pdf", pdf(101, ""), "too_many_pages", "101ページあります。100ページまで"),
        ("動く.pdf", pdf(1, script), "script", "プログラムの入ったPDF"),
        ("呼ぶ.pdf", pdf(1, launch), "launch", "ほかのプログラムを動かすPDF"),
        ("包み.pdf", pdf(1, inside), "embedded", "別のファイルが入ったPDF"),
        ("名簿.pdf", pdf(1, listed), "script", "プログラムの入ったPDF"),
        ("番号.pdf", pdf(1, numbers), "script", "プログラムの入ったPDF"),
        ("無名.pdf", pdf(1, nameless), "embedded", "別のファイルが入ったPDF"),
    ] {
        let problem = add(&officer, &id, (name, file)).await.problem(422, "attachment_refused");
        assert_eq!(problem["reason"], reason, "{name}");
        let detail = problem["detail"].as_str().expect("a text");
        assert!(detail.contains(name) && detail.contains(words), "{detail}");
    }
    let large = add(&officer, &id, ("大きい.pdf", vec![b'%'; 11_000_000])).await.problem(413, "attachment_refused");
    let detail = large["detail"].as_str().expect("a text");
    assert!(detail.contains("11MBあり") && detail.contains("10MBまで"), "{detail}");
    let json = officer.post(&place(&id, "a.pdf"), &json!({})).await;
    json.problem(415, "unsupported_media_type");
    assert_eq!(seen(&officer, &id).await, []);

    // In a browser, of several at once the good ones are kept.
    let office = office(&app).await;
    let path = format!("/notices/{id}/attachments");
    let files = [("一.pdf", pdf(1, "")), ("悪い.exe", b"MZ".to_vec()), ("二.png", drawing())];
    let page = office.send_files(&path, &files).await;
    assert_eq!(page.status, 422);
    assert!(page.text.contains("「悪い.exe」は、付けられない種類"), "{}", page.text);
    let names = async || seen(&officer, &id).await.into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    assert_eq!(names().await, ["一.pdf", "二.png"]);
    // Five at most: the sixth is named.
    let more = ["三.pdf", "四.pdf", "五.pdf", "六.pdf"].map(|name| (name, pdf(1, "")));
    let page = office.send_files(&path, &more).await;
    assert!(page.text.contains("「六.pdf」は付けられませんでした。付けられるのは、5つまでです"), "{}", page.text);
    assert_eq!(names().await, ["一.pdf", "二.png", "三.pdf", "四.pdf", "五.pdf"]);
    let refused = add(&officer, &id, ("七.pdf", pdf(1, ""))).await.problem(422, "attachment_refused");
    assert_eq!(refused["reason"], "too_many");
    let page = office.send_files(&path, &[("", Vec::new())]).await;
    assert!(
        page.text.contains("付けられるのは、5つまで") || page.text.contains("ファイルが選ばれていません"),
        "{}",
        page.text
    );
    // And nobody else's page sends files in somebody's name.
    let elsewhere = office.send_files_from("https://elsewhere.example", &path, &[("一.pdf", pdf(1, ""))]).await;
    assert_eq!(elsewhere.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_sends_again_attaches_once() {
    let app = TestApp::start().await;
    let officer = app.officer(town::YAMA).await;
    let id = officer.draft(&notice("夏まつり", town::YAMA)).await;
    let send = async |name: &str| {
        let request = officer.request(Method::POST, &place(&id, name)).header("Idempotency-Key", "k");
        officer.send(request.header(header::CONTENT_TYPE, "application/pdf").body(pdf(1, ""))).await
    };
    let first = send("一.pdf").await.expect(201);
    assert_eq!(send("一.pdf").await.expect(201), first);
    send("二.pdf").await.problem(422, "idempotency_key_reused");
    assert_eq!(seen(&officer, &id).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_answers_for_a_household_sees_what_is_attached() {
    let app = TestApp::start().await;
    let officer = app.officer(town::YAMA).await;
    let home = json!({ "area": town::YAMA_1, "label": "佐藤トメ", "delivery": "paper" });
    let tome = officer.post("/api/v1/households", &home).await.expect(201)["id"].as_str().expect("an id").to_owned();
    let agreed = json!({ "consented_on": app.ground.clock.today().to_string() });
    let code = officer.post(&format!("/api/v1/households/{tome}/proxy"), &agreed).await.expect(201)["code"].clone();
    let daughter = reader(&app, town::KAWA).await;
    let id = officer.draft(&notice("健診のお知らせ", town::YAMA)).await;
    let file = add(&officer, &id, ("健診.pdf", pdf(1, ""))).await.expect(201)["id"].as_str().expect("an id").to_owned();
    let _ = officer.publish(&id).await.expect(200);
    app.work().await;

    let at = format!("/proxies/{tome}/n/{id}/files/{file}");
    assert_eq!(daughter.open(&at).await.status, 404);
    let code = code.as_str().expect("a code");
    assert_eq!(daughter.send("/proxies", &[("code", code)]).await.status, 200);
    let page = daughter.open(&format!("/proxies/{tome}/n/{id}")).await;
    assert_eq!(links(&page), [at.clone(), format!("{at}/preview")], "{}", page.text);
    assert_eq!(daughter.open(&at).await.text.as_bytes(), pdf(1, ""));
    assert_eq!(daughter.open(&format!("{at}/preview")).await.headers["content-type"], "image/jpeg");
    // In her own name it is none of hers.
    assert_eq!(daughter.open(&format!("/n/{id}/files/{file}")).await.status, 404);
    assert_eq!(daughter.send(&format!("/proxies/{tome}/end"), &[]).await.status, 200);
    assert_eq!(daughter.open(&at).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_worker_forgets_what_no_notice_names() {
    let app = TestApp::start().await;
    let officer = app.officer(town::YAMA).await;
    let id = officer.draft(&notice("夏まつり", town::YAMA)).await;
    let kept = add(&officer, &id, ("一.pdf", pdf(1, ""))).await.expect(201);
    let gone = add(&officer, &id, ("二.pdf", pdf(1, ""))).await.expect(201);
    assert_eq!(officer.delete(gone["href"].as_str().expect("an address")).await.status, 204);
    // A server that dies between the file and its row leaves this behind.
    let row = app.db().query_one_raw(api::postgres::sql("SELECT id FROM city", [])).await.expect("a query");
    let city = CityId(row.expect("a city").try_get("", "id").expect("an id"));
    let lost = Key { city, of: uuid::Uuid::now_v7(), sum: [1; 32] };
    app.ground.files.put(&lost, "half a story".into()).await.expect("kept");
    assert_eq!(number_of_files(&app).await, 5);
    // What another database names, such as one of which this is a copy, is not for this one to judge.
    let elsewhere = TestApp::start().await;
    let long_after = app.ground.clock.now() + Duration::weeks(1);
    assert_eq!(forget_files(&app.ground.db, &elsewhere.ground.files, long_after).await.expect("nobody's yet"), 0);
    let theirs = forget_files(&elsewhere.ground.db, &elsewhere.ground.files, long_after).await;
    assert!(matches!(theirs, Err(ForgetError::NotOurs)), "{theirs:?}");

    let forget = async |hours| {
        let now = app.ground.clock.now() + Duration::hours(hours);
        forget_files(&app.ground.db, &app.ground.files, now).await.expect("a chore")
    };
    assert_eq!(forget(23).await, 0, "somebody may be about to name it");
    assert_eq!(forget(25).await, 3, "a file and its preview, and what was lost");
    assert_eq!(forget(25).await, 0);
    assert_eq!(number_of_files(&app).await, 2);
    assert_eq!(fetched(&officer, kept["href"].as_str().expect("an address")).await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_who_hands_in_files_without_end_is_told_to_wait() {
    let app = TestApp::start_with(&[("KAIRAN_LIMITS", "on")]).await;
    let officer = app.officer(town::YAMA).await;
    let id = officer.draft(&notice("夏まつり", town::YAMA)).await;
    let mut taken = 0;
    // Sixty at once, and perhaps a few more while they are handed in.
    let last = loop {
        let answer = add(&officer, &id, ("空.pdf", Vec::new())).await;
        if answer.status != 422 || taken == 100 {
            break answer;
        }
        taken += 1;
    };
    last.problem(429, "too_many_tries");
    assert!(taken >= 60, "{taken}");
}
