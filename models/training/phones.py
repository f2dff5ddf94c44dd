"""The phones of the model, and the names that other programs give to the same sounds.

Base phones have numbers 0..41: 0 is silence, 1..40 are the 39 phones of CMUdict plus AX (its unstressed AH0,
the commonest vowel of English and too different from AH to share a model), 41 is GBG, which stands for speech
that is none of our words. Each base phone owns two outputs of the network ("pdfs"): 2b for its first frame
and 2b+1 for every frame after that, so `PDFS` is 84.

The recogniser wants to know where words begin and end, so in the graph each base phone except silence has
four names (X_B begins a word, X_E ends it, X_I is inside, X_S is a whole word). They are numbered from 1 and
share pdfs.
"""

from __future__ import annotations

SIL, GBG = "SIL", "GBG"
SPEECH: tuple[str, ...] = (
    *[
        "AA",
        "AE",
        "AH",
        "AO",
        "AW",
        "AX",
        "AY",
        "B",
        "CH",
        "D",
        "DH",
        "EH",
        "ER",
        "EY",
        "F",
        "G",
        "HH",
        "IH",
        "IY",
        "JH",
        "K",
        "L",
        "M",
        "N",
        "NG",
        "OW",
        "OY",
        "P",
        "R",
        "S",
        "SH",
        "T",
        "TH",
        "UH",
        "UW",
        "V",
        "W",
        "Y",
        "Z",
        "ZH",
    ],
)
BASE = (SIL, *SPEECH, GBG)
NUMBER = {name: number for number, name in enumerate(BASE)}
PDFS = 2 * len(BASE)
VOWELS = frozenset(
    ["AA", "AE", "AH", "AO", "AW", "AX", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW"]
)
POSITIONS = {"B": "begin", "E": "end", "I": "internal", "S": "singleton"}


def positioned_names() -> list[str]:
    """Names of the graph's phones; the phone at index i has the number i + 1."""
    return [SIL] + [f"{base}_{position}" for base in BASE[1:] for position in POSITIONS]


def positioned_base() -> list[int]:
    """Base phone number of each graph phone, in the order of `positioned_names`."""
    return [0] + [NUMBER[base] for base in BASE[1:] for _ in POSITIONS]


def word_boundaries() -> list[str]:
    """Lines of Kaldi's word_boundary.int."""
    kinds = ["nonword"] + [kind for _ in BASE[1:] for kind in POSITIONS.values()]
    return [f"{number} {kind}" for number, kind in enumerate(kinds, start=1)]


def positioned(phones: list[str]) -> list[str]:
    """The phones of one word with their place in it: ["K", "AE", "F"] -> ["K_B", "AE_I", "F_E"]."""
    if len(phones) == 1:
        return [f"{phones[0]}_S"]
    return [f"{phones[0]}_B", *(f"{phone}_I" for phone in phones[1:-1]), f"{phones[-1]}_E"]


def from_cmudict(symbol: str) -> str:
    """A CMUdict symbol such as "AH0" or "IY1" as one of ours."""
    return "AX" if symbol == "AH0" else symbol.rstrip("012")


def _table(text: str) -> dict[str, str]:
    """{"el": "AX L"} from "el=AX+L"."""
    return {name: ours.replace("+", " ") for name, ours in (entry.split("=") for entry in text.split())}


# flite and festival (the radio phone set of the US voices); anything not here is the upper-case name.
US_VOICES = _table(
    """
    pau=SIL  h#=SIL  brth=SIL  ssil=SIL  sil=SIL  axr=ER  el=AX+L  em=AX+M  en=AX+N  dx=T  nx=N  hv=HH
    ix=IH  ux=UW  h=HH
    """
)

# espeak-ng's own mnemonics in its English voices, after '#', '2' and other marks of variants were taken off.
ESPEAK = _table(
    """
    _=SIL  _:=SIL  _!=SIL  _|=SIL  p=P  b=B  t=T  d=D  k=K  g=G  f=F  v=V  T=TH  D=DH  s=S  z=Z  S=SH  Z=ZH
    h=HH  tS=CH  dZ=JH  m=M  n=N  N=NG  l=L  r=R  r-=R  w=W  j=Y  x=K  C=HH  ?=T  i:=IY  i=IY  I=IH  e=EH
    E=EH  E:=EH  a=AE  aa=AE  A=AA  A:=AA  0=AA  O=AO  O:=AO  o=AO  U=UH  u:=UW  u=UW  V=AH  @=AX  3=ER
    3:=ER  eI=EY  aI=AY  OI=OY  aU=AW  oU=OW  @L=AX+L  e@=EH+R  A@=AA+R  O@=AO+R  i@=IH+R  U@=UH+R  o@=AO+R
    aI@=AY+ER  aU@=AW+ER  i@3=IH+R  aI3=AY+ER  I2=IH  ai=AY  ei=EY  ou=OW  au=AW  oi=OY  @-=AX  l^=L  w#=W
    n-=AX+N  m-=AX+M  hh=HH  a:=AA  o:=AO  e:=EY  y:=UW  @r=ER  I#=IH
    """
)


def from_us_voice(name: str) -> list[str]:
    """A flite or festival segment name as our phones (one or two)."""
    return US_VOICES.get(name, name.upper()).split()


def from_espeak(name: str) -> list[str]:
    """An espeak-ng phoneme mnemonic as our phones; unknown ones give an empty list (the aligner copes)."""
    for candidate in (name, name.rstrip("#2;^'"), name.rstrip("#2;^'-3"), name[:2], name[:1]):
        if candidate in ESPEAK:
            return ESPEAK[candidate].split()
    return []
