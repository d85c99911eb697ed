"""Names of files that hold no news, whatever is in them: these are never opened to see whether they do."""

from __future__ import annotations

_SUFFIXES = """
    jpg jpeg jpe jfif png gif bmp tif tiff webp svg ico heic avif psd ai eps raw cr2 nef
    mp3 mp4 m4a m4v wav ogg oga ogv flac aac avi mov mkv webm wmv flv mpg mpeg 3gp srt vtt
    css scss sass less js mjs cjs jsx ts tsx map woff woff2 ttf otf eot
    py pyc pyi ipynb r rmd rda rds rdata jl m c cc cpp cxx h hpp java class jar kt scala go rs rb php pl pm lua sh bash
    zsh bat ps1 cs vb swift sql ini cfg conf toml yml yaml lock env properties gradle cmake tex bib sty cls
    exe dll so dylib o a lib bin iso img dmg deb rpm apk msi pkg wasm
    db sqlite sqlite3 mdb accdb dta sav por sas7bdat npy npz pkl pickle pt pth onnx model h5 hdf5 mat
    doc xls ppt pptx pptm odp ods key pages numbers vsd one pst ost msg
    rar cab lz lzma z cpio idx pack sum md5 sha1 sha256 asc sig pem crt torrent part crdownload tmp swp bak
    shp shx dbf prj kml kmz geojson ics vcf
"""
SUFFIXES = frozenset(f".{suffix}" for suffix in _SUFFIXES.split())
# What lies beside data and code without a suffix.
_PAPERS = """
    readme license licence copying copyright notice authors contributors credits changelog changes history news install
    todo version manifest makefile dockerfile gemfile procfile jenkinsfile vagrantfile codeowners cname
"""
PAPERS = frozenset(_PAPERS.split())


def is_of_another_kind(name: str) -> bool:
    """Whether a file's name, in any case, says that it holds no news."""
    base, dot, suffix = name.lower().rpartition(".")
    return f".{suffix}" in SUFFIXES if dot and base else name.lower() in PAPERS
