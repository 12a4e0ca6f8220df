//! A writer that escapes: markup is made by its calls alone, everything else is text.
//!
//! Plain functions instead of a template crate: the page is one file, and a procedural macro would be the heaviest
//! dependency of the feature.

/// The page so far.
pub(super) struct Html(String);

/// Elements without an end tag.
const VOID: &[&str] = &["br", "input", "link", "meta"];

impl Html {
    pub(super) const fn new() -> Self {
        Self(String::new())
    }

    pub(super) fn finish(self) -> String {
        self.0
    }

    /// Ours, and trusted: the document type, style sheet and script.
    pub(super) fn raw(&mut self, markup: &'static str) {
        self.0.push_str(markup);
    }

    /// Text of any origin.
    pub(super) fn text(&mut self, text: &str) {
        escape(&mut self.0, text);
    }

    /// An element and what is in it.
    pub(super) fn el(
        &mut self,
        tag: &'static str,
        attributes: &[(&'static str, &str)],
        inside: impl FnOnce(&mut Self),
    ) {
        self.0.push('<');
        self.0.push_str(tag);
        for (name, value) in attributes {
            self.0.push(' ');
            self.0.push_str(name);
            // `hidden` is there or not.
            if !value.is_empty() {
                self.0.push_str("=\"");
                escape(&mut self.0, value);
                self.0.push('"');
            }
        }
        self.0.push('>');
        if !VOID.contains(&tag) {
            inside(self);
            self.0.push_str("</");
            self.0.push_str(tag);
            self.0.push('>');
        }
    }

    /// An element that holds text.
    pub(super) fn leaf(&mut self, tag: &'static str, attributes: &[(&'static str, &str)], text: &str) {
        self.el(tag, attributes, |html| html.text(text));
    }

    /// Text in which what stands between backticks is code, as our own sentences write it.
    pub(super) fn prose(&mut self, text: &str) {
        for (index, part) in text.split('`').enumerate() {
            if index % 2 == 1 {
                self.leaf("code", &[], part);
            } else {
                self.text(part);
            }
        }
    }
}

fn escape(out: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // No character of a page.
            letter if letter.is_control() && !matches!(letter, '\n' | '\t') => out.push('\u{fffd}'),
            letter => out.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_text() {
        let mut html = Html::new();
        html.el("p", &[("title", "\"><script>")], |html| html.prose("<b> & 'a' `<i>`\0"));
        html.el("br", &[], |html| html.text("never"));
        assert_eq!(
            html.finish(),
            "<p title=\"&quot;&gt;&lt;script&gt;\">&lt;b&gt; &amp; &#39;a&#39; <code>&lt;i&gt;</code>\u{fffd}</p><br>"
        );
    }
}
