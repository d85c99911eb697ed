"""Lines that a site puts around its articles, known by how they begin."""

from __future__ import annotations

import re

NOTE = re.compile(
    r"(?:sign up (?:for|to|here)|subscribe(?: now| to| here|$)|follow (?:us|@)|like us on|join (?:our"
    r"|the conversation)|get (?:the|our) .{0,60}(?:newsletter|edition|inbox)"
    r"|all rights reserved|©|copyright (?:©|\(c\)|20)|click here|read (?:more|also|next|the full)\b"
    r"|also read|see also|related(?: stor(?:y|ies)| articles?| content| news| topics?)?\s*:?\s*$"
    r"|related\s*:|more (?:from|on|must-reads|stories|news)\b|view (?:all )?comments|comments?\s*$"
    r"|leave a (?:comment|reply)|advertisement|story continues|article continues"
    r"|share (?:this|on|via)|tweet$|print$|email$|tags?\s*:|filed under|recommended|most (?:read"
    r"|popular)|you (?:may|might) (?:also )?(?:like|be interested)"
    r"|download (?:the|our) .{0,60}app|for the latest .{0,80}(?:news|updates|download)"
    r"|do you want to be informed|have a (?:news )?tip|got a tip|contact (?:us|the author)"
    r"|write to .{0,80}@"
    r"|this (?:article|story|post) (?:was originally|originally|first) (?:appeared|published)"
    r"|originally published|enable javascript|please enable|loading\b|skip to"
    r"|topics?\s*:|keywords?\s*:|categor(?:y|ies)\s*:|posted in\b|from the section\b|featured slide ?shows?"
    r"|sign-?up successful|thank you for (?:subscribing|signing)|(?:want|wish) to bookmark|story continues"
    r"|会員登録|ログイン|有料会員|新規会員|続きを読む|関連記事|記事保存|会員の方|ご利用には|［有料会員|電子版トップ|この記事は会員"
    r"|企業での記事共有|evernote"
    r"|watch:|listen:|\(?end\)?$|continue reading|support (?:our|independent|local)|don['’]t miss"
    r"|what do you think|let us know)",
    re.I,
)
DISCLAIMER = re.compile(
    r"(?:this (?:post|article|page|story) (?:may )?contains? (?:references|affiliate|links)"
    r"|we recommend .{0,60}independent|we may (?:earn|receive|get)\b"
    r"|(?:if you (?:buy|click|purchase)|when you (?:buy|purchase)) .{0,80}commission"
    r"|.{0,80}editorially independent|bonus value is an estimated)",
    re.I,
)
