"""Reading a page as a browser would: its elements, its text, and what it wants from outside."""

from html.parser import HTMLParser

VOID = {"meta", "img", "br", "link", "input", "hr"}
REFERENCES = {"src", "href", "xlink:href", "srcset", "action", "data", "poster"}


class Page(HTMLParser):
    """A parsed page; `faults` names whatever keeps it from standing alone and well-formed."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.texts, self.faults = [], [], [], []
        self.svgs = {}  # title -> texts of the picture
        self.feed(html)
        self.close()
        self.faults += [f"<{tag}> is never closed" for tag in self.open]
        self.text = " ".join(self.texts)

    def handle_starttag(self, tag, attributes):
        self.handle_startendtag(tag, attributes)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append(tag)
        for name, value in attributes:
            outside = name in REFERENCES and not value.startswith(("data:", "#"))
            if outside or "url(http" in (value or "") or name.startswith("on"):
                self.faults.append(f"<{tag} {name}={value}>")

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing")

    def handle_data(self, data):
        if self.open and self.open[-1] == "style" and ("@import" in data or "url(" in data):
            self.faults.append("a style that loads something")
        self.texts.append(data)
        if "svg" in self.open:
            if self.open[-1] == "title":
                self.svgs[data] = []
            elif self.open[-1] == "text":
                list(self.svgs.values())[-1].append(data)
