"""Typeset papers with Typst and the Sarabun fonts that ship with the program.

Other PDF libraries break Thai words in the middle or lose tone marks; Typst needs no system library and no network.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from donhan_gis.documents.output import whole_files
from donhan_gis.errors import DonhanError, InvalidInput, MissingDependency
from donhan_gis.paths import FONTS

TEMPLATES = Path(__file__).resolve().parent / "templates"
# Typst keeps a whole compile in memory and grows faster than its pages; see benchmarks/notices.py.
PAPERS_PER_COMPILE = 50
# Typst remembers its last ten compiles for the sake of editors, which the printing of other papers never uses again.
COMPILES_REMEMBERED = 10

Progress = Callable[[float, str], None]
Data = Mapping[str, Any]


def template_path(template: str) -> Path:
    """Return the file of a template.

    Raises:
        InvalidInput: no template of that name.
    """
    path = TEMPLATES / f"{template}.typ"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in TEMPLATES.glob("*.typ")))
        raise InvalidInput("documents.no_template", field="template", template=template, known=known)
    return path


def _typst() -> Any:
    """Return the typst module, which only printing needs."""
    try:
        import typst
    except ImportError as error:
        raise MissingDependency(
            "documents.typst_missing",
            package="typst",
            why_th="พิมพ์เอกสาร PDF",
            why_en="print PDF papers",
            install="pip install typst",
        ) from error
    return typst


class Typesetter:
    """One template ready to be compiled many times."""

    def __init__(self, template: str) -> None:
        """Load the template and the fonts.

        Raises:
            InvalidInput: no such template.
            MissingDependency: the typst package is absent.
        """
        self.template = template
        path = template_path(template)
        self._typst = _typst()
        fonts = self._typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
        self._compiler = self._typst.Compiler(str(path), root=str(TEMPLATES), font_paths=fonts)

    def compile(self, papers: Sequence[Data], *, tagged: bool) -> bytes:
        """Return one PDF of ``papers``, each starting on a page of its own; ``tagged`` adds marks for screen readers.

        Raises:
            DonhanError: the template and the data do not fit, or Typst warns (a missing font only warns).
        """
        inputs = {"data": json.dumps({"papers": papers}, ensure_ascii=False)}
        try:
            pdf, warnings = self._compiler.compile_with_warnings(format="pdf", sys_inputs=inputs, pdf_tags=tagged)
        except self._typst.TypstError as error:
            raise self._fault(error) from error
        if warnings:
            raise self._fault(warnings[0])
        return bytes(pdf)

    def pictures(self, papers: Sequence[Data], *, ppi: float = 110) -> list[bytes]:
        """Return the pages as PNG, for showing a paper before it is printed.

        Raises:
            DonhanError: the template and the data do not fit.
        """
        inputs = {"data": json.dumps({"papers": papers}, ensure_ascii=False)}
        try:
            drawn = self._compiler.compile(format="png", ppi=ppi, sys_inputs=inputs)
        except self._typst.TypstError as error:
            raise self._fault(error) from error
        return [bytes(page) for page in (drawn if isinstance(drawn, list) else [drawn])]

    def forget(self) -> None:
        """Let Typst drop what it remembers of earlier compiles: without this 1,200 notices take 2.2 GiB."""
        for _ in range(COMPILES_REMEMBERED + 1):
            self.compile([], tagged=False)

    def _fault(self, said: Any) -> DonhanError:
        return DonhanError("documents.typesetting", template=self.template, reason=said.message)


def render_pdf(template: str, data: Data, path: Path, *, progress: Progress | None = None) -> Path:
    """Typeset one paper into ``path`` and return it.

    Raises:
        SourceError: the place cannot be written to.
        MissingDependency, InvalidInput, DonhanError: as :class:`Typesetter`.
    """
    return render_batch(template, [data], [Path(path)], progress=progress, tagged=True)[0]


def render_batch(
    template: str,
    papers: Sequence[Data],
    paths: Sequence[Path],
    *,
    progress: Progress | None = None,
    tagged: bool = False,
) -> list[Path]:
    """Typeset ``papers`` into ``paths``, shared out evenly in order, and return the paths.

    As many paths as papers gives a file each; fewer gives files of many papers for the printing room
    (:func:`batch_paths` names them). Either all the files are put in place or none.

    Raises:
        InvalidInput: nothing to print.
        SourceError: a place cannot be written to.
        Cancelled: ``progress`` said so.
        MissingDependency, DonhanError: as :class:`Typesetter`.
    """
    if not papers or not paths:
        raise InvalidInput("documents.nothing", path=Path(paths[0]).name if paths else template)
    typesetter = Typesetter(template)
    done = remembered = 0
    with whole_files([Path(path) for path in paths]) as temporaries:
        for temporary, share in zip(temporaries, _shares(papers, len(paths)), strict=True):
            temporary.write_bytes(typesetter.compile(share, tagged=tagged))
            done, remembered = done + len(share), remembered + len(share)
            if remembered >= PAPERS_PER_COMPILE:
                typesetter.forget()
                remembered = 0
            if progress:
                progress(done / len(papers), f"{done:,}/{len(papers):,}")
    return [Path(path) for path in paths]


def batch_paths(path: Path, papers: int) -> list[Path]:
    """Return the files that ``papers`` papers are printed into: ``path`` itself, or numbered ones beside it.

    >>> [file.name for file in batch_paths(Path("notices.pdf"), 120)]
    ['notices-1.pdf', 'notices-2.pdf', 'notices-3.pdf']
    """
    files = -(-papers // PAPERS_PER_COMPILE)
    if files <= 1:
        return [path]
    digits = len(str(files))
    return [path.with_name(f"{path.stem}-{number:0{digits}}{path.suffix}") for number in range(1, files + 1)]


def _shares(papers: Sequence[Data], parts: int) -> Iterator[Sequence[Data]]:
    """Cut ``papers`` into ``parts`` runs whose lengths differ by one at most."""
    size, longer = divmod(len(papers), parts)
    start = 0
    for part in range(parts):
        end = start + size + (part < longer)
        yield papers[start:end]
        start = end
