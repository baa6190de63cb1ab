//! A city hands in its areas and households as files.

use api::{areas::import_areas, households::import_households};
use sea_orm::{DatabaseTransaction, TransactionTrait as _};
use tests::{TestApp, town};

/// Imports both files as the command does: all of it or nothing.
async fn import(app: &TestApp, areas: &[u8], households: &[u8]) -> Result<(usize, u64, usize), String> {
    let now = app.ground.clock.now();
    let tx: DatabaseTransaction = app.db().begin().await.expect("a transaction");
    let areas = import_areas(&tx, areas, now).await.map_err(|e| e.to_string())?;
    let households = import_households(&tx, households, true, now).await.map_err(|e| e.to_string())?;
    tx.commit().await.expect("a commit");
    Ok((areas.added + areas.changed, households.added + households.changed, households.slips.len()))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_file_twice_changes_nothing() {
    let app = TestApp::empty(&[]).await;
    let (areas, households) = (town::AREAS.as_bytes(), town::households());
    assert_eq!(import(&app, areas, households.as_bytes()).await, Ok((9, 24, 24)));
    assert_eq!(import(&app, areas, households.as_bytes()).await, Ok((0, 0, 0)));
    assert_eq!(app.number("SELECT count(*) FROM channel").await, 6);

    let renamed = town::AREAS.replace("丘町内会", "丘の上町内会");
    let moved_in = format!("{households}{},,7号,digital\n", town::OKA).replacen("1号,digital", "1号,paper", 1);
    assert_eq!(import(&app, renamed.as_bytes(), moved_in.as_bytes()).await, Ok((1, 2, 1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn shift_jis_is_read_as_well() {
    let app = TestApp::empty(&[]).await;
    let households = town::households();
    let (areas, _, lost) = encoding_rs::SHIFT_JIS.encode(town::AREAS);
    let (households, _, lost_too) = encoding_rs::SHIFT_JIS.encode(&households);
    assert!(!lost && !lost_too);
    assert_eq!(import(&app, &areas, &households).await, Ok((9, 24, 24)));
    assert_eq!(app.number("SELECT count(*) FROM area WHERE name = '山町内会'").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_file_is_refused_with_its_line_and_nothing_is_kept() {
    let app = TestApp::empty(&[]).await;
    let good = town::AREAS;
    let line = |text: &str| format!("{good}{text}\n").into_bytes();
    for (areas, says) in [
        (
            line("900001-3,900001,wart,南区,,"),
            "line 11, column kind: \"wart\" is none of city, ward, district, centre, association",
        ),
        (
            line("900001-3,900009,ward,南区,,"),
            "line 11, column parent_code: \"900009\" is neither in the file nor in the database",
        ),
        (line("900001-1,900001,ward,南区,,"), "line 11, column code: \"900001-1\" stands already in line 3"),
        (line("900002,,city,よるひ市,,"), "line 11, column kind: \"city\" is a second city; import one at a time"),
        (line("900001-3,900001,ward,,,"), "line 11, column name: \"\" is empty"),
        (
            line("900001-3,900001,ward,南区,north,"),
            "line 11, column latitude: \"north\" is no number of degrees up to 90",
        ),
        (line("900001-3,900001,ward,南区,NaN,"), "line 11, column latitude: \"NaN\" is no number of degrees up to 90"),
        (line("900001-3,900001,ward,南区"), "line 11: \"900001-3,900001,ward,南区\" has 4 fields and not 6"),
        (
            line("a,b,ward,甲,,\nb,a,ward,乙,,"),
            "line 11, column parent_code: \"b\" is of kind ward, below which no ward can hang",
        ),
        (
            line("900001-3,900001-1-01-001,ward,南区,,"),
            "line 11, column parent_code: \"900001-1-01-001\" is of kind association, below which no ward can hang",
        ),
        (b"code;name\n1;2\n".to_vec(), "line 1 has no column code"),
        (Vec::new(), "line 1 has no column code"),
        (
            [good.as_bytes(), b"900001-3,900001,ward,\xff\xff,,\n"].concat(),
            "line 11: \"900001-3,900001,ward,\u{fffd}\u{fffd},,\" is neither UTF-8 nor Shift_JIS",
        ),
    ] {
        let error = import(&app, &areas, b"").await.expect_err(says);
        assert!(error.starts_with(says), "{error}");
    }
    let homes = town::households();
    let line = |text: &str| format!("{homes}{text}\n").into_bytes();
    for (households, says) in [
        (
            line("900001-9,1,1号,digital"),
            "line 26, column area_code: \"900001-9\" is no association; import the areas first",
        ),
        (
            line(&format!("{},1,9号,fax", town::YAMA)),
            "line 26, column delivery: \"fax\" is none of digital, paper, both, undecided",
        ),
        (line(&format!("{},1,1号,digital", town::YAMA)), "line 26, column household: \"1号\" stands already in line 2"),
        (line(&format!("{},1,,digital", town::YAMA)), "line 26, column household: \"\" is empty"),
    ] {
        assert_eq!(import(&app, good.as_bytes(), &households).await, Err(says.to_owned()));
    }
    assert_eq!(app.number("SELECT count(*) FROM area").await + app.number("SELECT count(*) FROM household").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_does_not_move_what_people_hang_on() {
    let app = TestApp::start().await;
    let now = app.ground.clock.now();
    let moved = town::AREAS.replace("900001-1-01-002,900001-1-01", "900001-1-01-002,900001-2-01");
    let error = import_areas(app.db(), moved.as_bytes(), now).await.expect_err("a move").to_string();
    assert_eq!(
        error,
        "line 9, column parent_code: \"900001-2-01\" hangs on 900001-1-01 already; an import does not move an area"
    );
}
