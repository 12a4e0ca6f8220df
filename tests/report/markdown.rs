//! Markdown: every table has as many cells in each row as in its head, whatever the texts say.

use crate::site::report;

/// The cells of a row: a bar ends one, unless a backslash stands before it.
fn cells(line: &str) -> usize {
    line.replace("\\\\", "").replace("\\|", "").matches('|').count() - 1
}

#[test]
fn tables_are_whole() {
    let markdown = report().to_markdown();
    let mut columns = None;
    let mut tables = 0;
    for line in markdown.lines() {
        if !line.starts_with('|') {
            columns = None;
            continue;
        }
        let expected = *columns.get_or_insert_with(|| {
            tables += 1;
            cells(line)
        });
        assert_eq!(cells(line), expected, "{line}");
    }
    // Routes, named policies, W, eight guarded routes, deviations, unguarded, controls.
    assert_eq!(tables, 3 + 8 + 3);
}

#[test]
fn columns_and_reasons() {
    let markdown = report().to_markdown();
    assert!(
        markdown
            .starts_with("| method | path | policy | source |\n| --- | --- | --- | --- |\n| GET | `/` | `public` | ")
    );
    assert!(
        markdown.contains(
            r"| ANY | `/health` | unguarded: asked by the load balancer \</td\>\<script\>alert(1)\</script\> \| often |"
        ),
        "{markdown}"
    );
    assert!(
        markdown.contains(r"| `POST /api/machine` | `csrf` | called by \<b\>machines\</b\> \| with a \`secret\`"),
        "{markdown}"
    );
}
