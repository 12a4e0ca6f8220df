//! What is declared and never mounted.

use session_policy::report::FindingKind;

use crate::site::report;

#[test]
fn a_forgotten_handler_is_the_only_finding() {
    let report = report();
    let found: Vec<(FindingKind, &str)> =
        report.findings.iter().map(|finding| (finding.kind, finding.text.as_str())).collect();
    assert_eq!(
        found,
        [(FindingKind::NeverMounted, "`forgotten` has a session policy, but no route of this router leads to it")]
    );
    assert!(report.findings[0].place.as_ref().unwrap().file.ends_with("report/site.rs"));
}

#[test]
fn everything_declared_is_listed_once() {
    let declared = report().declared.unwrap();
    let mut names: Vec<(&str, bool, bool)> = declared
        .iter()
        .filter(|declared| declared.place.as_ref().unwrap().file.ends_with("report/site.rs"))
        .map(|declared| (declared.name.as_str(), declared.handler, declared.mounted))
        .collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            ("Careful", false, true),
            ("House", false, true),
            ("Site", false, true),
            ("banner", true, true),
            ("bare", true, true),
            ("forgotten", true, false),
            ("machine", true, true),
            ("open", true, true),
            ("sensitive", true, true),
            ("sign", true, true),
        ]
    );
}
