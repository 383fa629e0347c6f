"""How the index reads a guide's Markdown."""

from kb.matching.sections import code_of, prose_of, sections_of

BODY = """\
intro

## Step 1: Look {#step-1}
look here
### Deeper
deep words
```bash
# not a heading
netstat -ano
```
## 마지막 체크리스트
run `docker ps` too
"""


def test_a_section_holds_its_subsections_and_ends_at_its_equal() -> None:
    sections = sections_of(BODY)

    assert list(sections) == ["step-1", "deeper", "마지막-체크리스트"]
    assert "deep words" in sections["step-1"]
    assert "docker" not in sections["step-1"]


def test_code_and_prose_are_told_apart() -> None:
    assert code_of(BODY).splitlines() == ["# not a heading", "netstat -ano", "docker ps"]
    assert "netstat" not in prose_of(BODY)
    assert "run `docker ps` too" in prose_of(BODY)
