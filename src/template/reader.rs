//! From words to a tree; whatever is not understood is told, and the rest is read on.

use super::Flaw;
use super::expression;
use super::scan::{Stretch, StretchKind, scan};
use super::tree::{Expr, ExprKind, For, Node, Position};

/// How deep blocks may stand in each other.
const MAX_BLOCKS: usize = 8;

/// How many conditions the blocks that stand in each other may have together: for the engine, what
/// is behind an `elif` stands deeper than what is before it.
const MAX_CONDITIONS: usize = 100;

/// After so many flaws, a text is not looked at any further.
pub(super) const MAX_FLAWS: usize = 100;

/// What a text says, and what of it cannot be read.
pub(super) struct Reading {
    pub(super) nodes: Vec<Node>,
    pub(super) flaws: Vec<(Position, Flaw)>,
}

pub(super) fn read(text: &str) -> Reading {
    let (stretches, unclosed) = scan(text);
    let mut reader = Reader { open: Vec::new(), nodes: Vec::new(), flaws: Vec::new(), lost: false };
    for stretch in &stretches {
        if reader.lost || reader.flaws.len() >= MAX_FLAWS {
            break;
        }
        reader.stretch(stretch);
    }
    reader.flaws.extend(unclosed);
    let complete = !reader.lost && reader.flaws.len() < MAX_FLAWS;
    while let Some(block) = reader.open.pop() {
        if complete {
            reader.flaws.push((block.at, Flaw::Unclosed { what: block.kind.what() }));
        }
        let node = block.finished();
        reader.place(node);
    }
    Reading { nodes: reader.nodes, flaws: reader.flaws }
}

/// Statements of Jinja that messages do without, and why.
const REFUSED: [(&str, &str); 20] = [
    ("set", "write a fallback with `default`, or a condition under `conditions`"),
    ("endset", "write a fallback with `default`, or a condition under `conditions`"),
    ("macro", "write what is said more than once under `wordings`"),
    ("endmacro", "write what is said more than once under `wordings`"),
    ("call", "write what is said more than once under `wordings`"),
    ("endcall", "write what is said more than once under `wordings`"),
    ("include", "write what is said more than once under `wordings`"),
    ("import", "write what is said more than once under `wordings`"),
    ("from", "write what is said more than once under `wordings`"),
    ("extends", "write what is said more than once under `wordings`"),
    ("block", "write what is said more than once under `wordings`"),
    ("endblock", "write what is said more than once under `wordings`"),
    ("filter", "write filters behind variables, like `{{ first_name|upper }}`"),
    ("endfilter", "write filters behind variables, like `{{ first_name|upper }}`"),
    ("with", "use the variables themselves"),
    ("endwith", "use the variables themselves"),
    ("autoescape", "each part escapes what is printed in it by itself"),
    ("endautoescape", "each part escapes what is printed in it by itself"),
    ("do", "a text only prints, asks and repeats"),
    ("endraw", "there is no `raw` before it"),
];

struct Reader {
    open: Vec<Block>,
    nodes: Vec<Node>,
    flaws: Vec<(Position, Flaw)>,
    /// Whether blocks are too deep to read on.
    lost: bool,
}

/// A block whose end was not read yet.
struct Block {
    at: Position,
    kind: BlockKind,
    /// What stands in the part that is being read.
    nodes: Vec<Node>,
}

enum BlockKind {
    If {
        condition: Expr,
        arms: Vec<(Expr, Vec<Node>)>,
    },
    /// After `else`.
    IfElse {
        arms: Vec<(Expr, Vec<Node>)>,
    },
    For {
        head: Box<For>,
    },
    ForElse {
        head: Box<For>,
    },
}

impl BlockKind {
    const fn what(&self) -> &'static str {
        match self {
            Self::If { .. } | Self::IfElse { .. } => "`if`",
            Self::For { .. } | Self::ForElse { .. } => "`for`",
        }
    }
}

impl Block {
    const fn conditions(&self) -> usize {
        match &self.kind {
            BlockKind::If { arms, .. } => arms.len() + 1,
            BlockKind::IfElse { arms } => arms.len(),
            BlockKind::For { .. } | BlockKind::ForElse { .. } => 0,
        }
    }

    fn finished(self) -> Node {
        let Self { at, kind, nodes } = self;
        match kind {
            BlockKind::If { condition, mut arms } => {
                arms.push((condition, nodes));
                Node::If { at, arms, otherwise: Vec::new() }
            }
            BlockKind::IfElse { arms } => Node::If { at, arms, otherwise: nodes },
            BlockKind::For { mut head } => {
                head.body = nodes;
                Node::For(head)
            }
            BlockKind::ForElse { mut head } => {
                head.otherwise = nodes;
                Node::For(head)
            }
        }
    }
}

impl Reader {
    fn place(&mut self, node: Node) {
        self.open.last_mut().map_or(&mut self.nodes, |block| &mut block.nodes).push(node);
    }

    fn stretch(&mut self, stretch: &Stretch<'_>) {
        match stretch.kind {
            StretchKind::Text => {
                self.place(Node::Text(stretch.at, stretch.inside.to_owned()));
            }
            StretchKind::Print => {
                let expr = expression::read(stretch.inside, stretch.at, &mut self.flaws);
                self.place(Node::Print(expr));
            }
            StretchKind::Statement => self.statement(stretch),
        }
    }

    fn statement(&mut self, stretch: &Stretch<'_>) {
        let inside = stretch.inside.trim_start();
        let end = inside.find(|next: char| !next.is_ascii_alphanumeric() && next != '_');
        let (word, rest) = inside.split_at_checked(end.unwrap_or(inside.len())).unwrap_or_default();
        let before = stretch.inside.get(..stretch.inside.len() - rest.len()).unwrap_or_default();
        let mut walk = super::lexer::Walk::new(before, stretch.at);
        walk.by_ref().for_each(drop);
        let at = walk.at();
        match word {
            "if" => {
                let condition = expression::read(rest, at, &mut self.flaws);
                self.begin(stretch.at, BlockKind::If { condition, arms: Vec::new() });
            }
            "for" => {
                let head = expression::read_for(rest, at, &mut self.flaws);
                self.begin(stretch.at, BlockKind::For { head: Box::new(head) });
            }
            "elif" => {
                let condition = expression::read(rest, at, &mut self.flaws);
                self.next_arm(stretch.at, word, Some(condition));
            }
            "else" => {
                self.nothing_more(rest, at);
                self.next_arm(stretch.at, word, None);
            }
            "endif" | "endfor" => {
                self.nothing_more(rest, at);
                self.end(stretch.at, word);
            }
            _ => {
                let refused = REFUSED.iter().find(|(known, _)| *known == word);
                let flaw = match refused {
                    Some((_, instead)) => Flaw::NoStatement { word: word.to_owned(), instead },
                    None => {
                        Flaw::UnknownStatement { word: inside.trim().chars().take(40).collect() }
                    }
                };
                self.flaws.push((stretch.at, flaw));
            }
        }
    }

    fn begin(&mut self, at: Position, kind: BlockKind) {
        if self.open.len() == MAX_BLOCKS {
            return self.too_deep(at);
        }
        self.open.push(Block { at, kind, nodes: Vec::new() });
    }

    fn too_deep(&mut self, at: Position) {
        self.flaws.push((at, Flaw::TooDeep));
        self.lost = true;
    }

    /// Ends a part of the block that was opened last, and begins its next one.
    fn next_arm(&mut self, at: Position, word: &str, condition: Option<Expr>) {
        let conditions: usize = self.open.iter().map(Block::conditions).sum();
        if condition.is_some() && conditions >= MAX_CONDITIONS {
            return self.too_deep(at);
        }
        let Some(Block { at: start, kind, nodes }) = self.open.pop() else {
            return self.astray(at, word);
        };
        let block = |kind| Block { at: start, kind, nodes: Vec::new() };
        let next = match (kind, condition) {
            (BlockKind::If { condition, mut arms }, next) => {
                arms.push((condition, nodes));
                block(match next {
                    Some(condition) => BlockKind::If { condition, arms },
                    None => BlockKind::IfElse { arms },
                })
            }
            (BlockKind::For { mut head }, None) => {
                head.body = nodes;
                block(BlockKind::ForElse { head })
            }
            (kind, _) => {
                self.open.push(Block { at: start, kind, nodes });
                return self.astray(at, word);
            }
        };
        self.open.push(next);
    }

    fn end(&mut self, at: Position, word: &str) {
        let fits = self.open.last().is_some_and(|block| {
            matches!(block.kind, BlockKind::If { .. } | BlockKind::IfElse { .. })
                == (word == "endif")
        });
        match self.open.pop_if(|_| fits) {
            Some(block) => {
                let node = block.finished();
                self.place(node);
            }
            None => self.astray(at, word),
        }
    }

    fn astray(&mut self, at: Position, word: &str) {
        self.flaws.push((at, Flaw::Astray { word: word.to_owned() }));
    }

    fn nothing_more(&mut self, rest: &str, at: Position) {
        if !rest.trim().is_empty() {
            let found = rest.trim().chars().take(40).collect();
            self.flaws.push((at, Flaw::Unreadable { found }));
        }
    }
}

/// What stands where nothing could be read.
pub(super) const fn broken(at: Position) -> Expr {
    Expr { at, kind: ExprKind::Broken }
}
