//! HTML: whole, without requests, and every text stays text. (A validator that people know was run by hand; see `docs/report.md`.)

use std::collections::BTreeSet;

use crate::site::{HEALTH, WHY, report};

const VOID: [&str; 4] = ["br", "input", "link", "meta"];

/// A start tag.
#[derive(Debug)]
struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// All start tags and all text, from a page whose tags are balanced; the content of `style` and `script` is not text.
fn read(page: &str) -> (Vec<Tag>, String) {
    let mut rest = page.strip_prefix("<!DOCTYPE html>\n").unwrap();
    let (mut tags, mut text, mut open): (Vec<Tag>, String, Vec<String>) = Default::default();
    while let Some(at) = rest.find('<') {
        text.push_str(&rest[..at]);
        text.push(' ');
        let end = at + rest[at..].find('>').unwrap();
        let inside = &rest[at + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = inside.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "… {}", &rest[..rest.len().min(80)]);
            continue;
        }
        let tag = tag(inside);
        if matches!(tag.name.as_str(), "style" | "script") {
            let close = format!("</{}>", tag.name);
            rest = &rest[rest.find(&close).unwrap() + close.len()..];
        } else if !VOID.contains(&tag.name.as_str()) {
            open.push(tag.name.clone());
        }
        tags.push(tag);
    }
    assert!(open.is_empty(), "{open:?}");
    (tags, text)
}

fn tag(inside: &str) -> Tag {
    let (name, mut rest) = inside.split_once(' ').unwrap_or((inside, ""));
    let mut attributes = Vec::new();
    while !rest.is_empty() {
        let name_end = rest.find([' ', '=']).unwrap_or(rest.len());
        let name = rest[..name_end].to_owned();
        let value = if let Some(quoted) = rest[name_end..].strip_prefix("=\"") {
            let end = quoted.find('"').unwrap();
            rest = quoted[end + 1..].trim_start();
            quoted[..end].to_owned()
        } else {
            rest = rest[name_end..].trim_start();
            String::new()
        };
        assert!(name.chars().all(|letter| letter.is_ascii_lowercase() || "-12".contains(letter)), "{inside}");
        attributes.push((name, value));
    }
    Tag { name: name.to_owned(), attributes }
}

#[test]
fn the_page_is_whole() {
    let page = report().to_html();
    let (tags, _) = read(&page);
    let ids: Vec<&str> = tags.iter().filter_map(|tag| tag.get("id")).collect();
    let unique: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), unique.len(), "an id is there twice: {ids:?}");
    let refers = |tag: &Tag| -> Vec<String> {
        let local = tag.get("href").map(|href| href.strip_prefix('#').unwrap().to_owned());
        local
            .into_iter()
            .chain(["aria-labelledby", "for"].iter().filter_map(|name| Some(tag.get(name)?.to_owned())))
            .collect()
    };
    for target in tags.iter().flat_map(refers) {
        assert!(unique.contains(target.as_str()), "#{target} is nowhere");
    }
    let count = |name: &str| tags.iter().filter(|tag| tag.name == name).count();
    assert_eq!(count("table"), count("caption"));
    assert!(tags.iter().filter(|tag| tag.name == "th").all(|tag| tag.get("scope").is_some()));
    let pictures: Vec<&Tag> = tags.iter().filter(|tag| tag.name == "svg").collect();
    // W, and each route that has a policy.
    assert_eq!(pictures.len(), 1 + 8);
    assert!(pictures.iter().all(|svg| svg.get("role") == Some("img") && svg.get("aria-label").is_some()));
}

#[test]
fn a_picture_says_all_limits() {
    let (tags, _) = read(&report().to_html());
    let labels: Vec<&str> =
        tags.iter().filter(|tag| tag.name == "svg").filter_map(|tag| tag.get("aria-label")).collect();
    assert_eq!(
        labels[2],
        "Limits of GET /sensitive/{id}, on a logarithmic axis: fresh 10m, since an active authentication; \
         idle 10m, without activity; absolute 8h for no role, Role::Member, Role::Admin, since the authentication; \
         absolute 2h for Role::Clerk, since the authentication"
    );
}

#[test]
fn nothing_is_fetched() {
    let page = report().to_html();
    for sign in
        ["http:", "https:", "src=", "url(", "@import", "<link", "<img", "<iframe", "fetch(", "XMLHttpRequest", "//cdn"]
    {
        assert!(!page.contains(sign), "{sign}");
    }
}

#[test]
fn texts_stay_text() {
    let page = report().to_html();
    let (tags, text) = read(&page);
    assert_eq!(tags.iter().filter(|tag| tag.name == "script").count(), 1);
    assert!(tags.iter().all(|tag| tag.name != "b"));
    let plain = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&");
    // The reason of the deviation, word for word, in its cell.
    assert!(plain.contains(WHY), "{plain}");
    assert!(plain.contains(HEALTH), "{plain}");
}

#[test]
fn it_reads_without_its_script() {
    let page = report().to_html();
    let (tags, text) = read(&page);
    // Only what the script itself serves is hidden.
    let hidden: Vec<_> = tags.iter().filter(|tag| tag.get("hidden").is_some()).map(|tag| tag.get("id")).collect();
    assert_eq!(hidden, [Some("filter")]);
    assert!(text.contains("/sensitive/{id}") && text.contains("extends Careful"));
}
