//! As much of HTML as it takes to find a form and fill it in.

/// A form of a page.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    pub(crate) method: String,
    pub(crate) action: String,
    /// Name, value and type of its inputs.
    pub(crate) inputs: Vec<(String, String, String)>,
    /// Its source text.
    pub(crate) source: String,
}

impl Form {
    /// The fields that go with a submission, with these values typed in.
    pub(crate) fn filled<'a>(&'a self, typed: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let hidden = self.inputs.iter().filter(|(_, _, kind)| kind == "hidden");
        let mut fields: Vec<_> = hidden.map(|(name, value, _)| (name.as_str(), value.as_str())).collect();
        fields.extend_from_slice(typed);
        fields
    }
}

/// All forms of a page, in order.
pub(crate) fn forms(page: &str) -> Vec<Form> {
    let sources = page.split("<form").skip(1).map(|rest| rest.split("</form>").next().unwrap_or(rest));
    let form = |source: &str| {
        let (tag, rest) = source.split_once('>').unwrap_or((source, ""));
        let inputs = rest.split("<input").skip(1).map(|input| input.split('>').next().unwrap_or_default());
        let of = |tag: &str, name: &str| attribute(tag, name).unwrap_or_default();
        Form {
            method: attribute(tag, "method").unwrap_or_else(|| "get".to_owned()).to_ascii_lowercase(),
            action: of(tag, "action"),
            inputs: inputs.map(|input| (of(input, "name"), of(input, "value"), of(input, "type"))).collect(),
            source: source.to_owned(),
        }
    };
    sources.map(form).collect()
}

/// The value of an attribute of a tag, unescaped.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let at = tag.match_indices(name).find_map(|(at, _)| {
        let before = tag[..at].chars().next_back();
        let rest = tag[at + name.len()..].trim_start().strip_prefix('=')?.trim_start();
        before.is_some_and(char::is_whitespace).then_some(rest)
    })?;
    let value = match at.chars().next()? {
        quote @ ('"' | '\'') => at[1..].split(quote).next()?,
        _ => at.split([' ', '/', '>']).next()?,
    };
    Some(unescape(value))
}

fn unescape(text: &str) -> String {
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&#x27;", "'"), ("&#34;", "\"")];
    // `&amp;` last, or `&amp;lt;` would become a bracket.
    entities.iter().fold(text.to_owned(), |text, (entity, plain)| text.replace(entity, plain)).replace("&amp;", "&")
}
