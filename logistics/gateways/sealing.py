"""Keys for what is sealed before it is stored, always by Fernet (AES-128 in CBC mode with HMAC-SHA-256).

Second factors: each purpose has its own key, drawn from the one secret key of the site. Single columns of the database (health,
religion, concerns, how to get in): keys of their own, which can be changed while people work. A sealed value is `s1.MARK.TOKEN`. The mark says which key it is under (the beginning of a hash of the key, from which the key
does not follow), so that opening tries one key alone and the database itself can count what is under which. The newest key
seals; every key that is here opens.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from logistics import setting_values
from logistics.domain.errors import BadInput, FoodRoundsError
from logistics.secret_key_file import write_anew, write_once
from logistics.settings import Settings

KEY_BYTES = 32
FILE_NAME = "field-keys"
FORM = "s1."
MARK_LETTERS = 8
PREFIX_LETTERS = len(FORM) + MARK_LETTERS
_NOTE = "# Keys of sealed columns, the newest first. Without them health, religion, concerns and door codes cannot be read.\n"


def key_for(purpose: str, secret_key: str) -> str:
    """The key of one purpose: 32 bytes in URL-safe base64, as Fernet takes them.

    By HKDF (RFC 5869), so that neither the secret key nor another purpose's key follows from it.
    """
    derived = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"food-rounds {purpose}".encode())
    return base64.urlsafe_b64encode(derived.derive(secret_key.encode())).decode("ascii")


class FieldKeyMissing(FoodRoundsError):
    """A sealed value cannot be opened with the keys that are here. The sentence says what to put back."""


@dataclass(frozen=True, slots=True)
class _Ring:
    """The keys as they were read once: `seal_with` is None while there is none."""

    keys: tuple[str, ...] = ()
    by_mark: Mapping[str, Fernet] | None = None
    all: MultiFernet | None = None
    stamp: tuple[int, int, int] | None = None

    @classmethod
    def of(cls, keys: tuple[str, ...], stamp: tuple[int, int, int] | None = None) -> _Ring:
        made = [Fernet(key) for key in keys]
        by_mark = {mark_of(key): fernet for key, fernet in zip(keys, made, strict=True)}
        return cls(keys, by_mark, MultiFernet(made) if made else None, stamp)


class FieldKeys:
    """The keys of one process: those configured, else those in a file, which is made when something is first sealed.

    A file is read again as soon as it changed, so that a new key is used at once by every process of the machine.
    """

    def __init__(self, keys: tuple[str, ...] = (), *, file: Path | None = None) -> None:
        self._file = None if keys else file
        self._ring = _Ring.of(keys)

    @classmethod
    def of(cls, settings: Settings) -> FieldKeys:
        """The keys that the settings name, else those in ROUNDS_HOME."""
        return cls(settings.field_keys, file=settings.home / FILE_NAME)

    @property
    def are_configured(self) -> bool:
        """Whether they come from ROUNDS_FIELD_KEYS, where no command can change them."""
        return self._file is None

    @property
    def marks(self) -> tuple[str, ...]:
        """The mark of each key that is here, the newest first."""
        return tuple(mark_of(key) for key in self._now().keys)

    def seal(self, text: str) -> str:
        """The text as only a holder of the newest key reads it. Raises FieldKeyMissing where no key can be made."""
        ring = self._now()
        if ring.all is None:
            self._make_first()
            ring = self._now()
        assert ring.all is not None
        return f"{FORM}{mark_of(ring.keys[0])}.{ring.all.encrypt(text.encode()).decode('ascii')}"

    def unseal(self, sealed: str) -> str:
        """The text again. Raises FieldKeyMissing when its key is not here, or when it is not what was sealed."""
        if not sealed.startswith(FORM):
            raise FieldKeyMissing(
                "A value that must be sealed is not: it was written past Food Rounds. Restore a copy made before that."
            )
        mark = sealed[len(FORM) : PREFIX_LETTERS]
        fernet = (self._ring.by_mark or {}).get(mark) or (self._now().by_mark or {}).get(mark)
        if fernet is None:
            raise missing({mark})
        try:
            return fernet.decrypt(sealed[PREFIX_LETTERS + 1 :]).decode()
        except InvalidToken:
            raise FieldKeyMissing(
                f"A value sealed with the key {mark} is not what was sealed: it was changed or cut off past Food Rounds."
            ) from None

    def reseal(self, sealed: str) -> str:
        """The same text under the newest key. Raises FieldKeyMissing."""
        return self.seal(self.unseal(sealed))

    def add(self) -> str:
        """Put a new key in front of those in the file; returns its mark. Raises BadInput where keys are configured."""
        with self._changing() as file:
            ring = self._now()
            self._write(file, (new_key(), *ring.keys))
        return self.marks[0]

    def drop(self, mark: str) -> None:
        """Take a key that nothing is sealed with any more out of the file. Raises BadInput for the newest, and for none here."""
        with self._changing() as file:
            ring = self._now()
            if mark not in self.marks:
                raise BadInput(f"There is no key {mark}: “rounds keys check” lists them.")
            if mark == self.marks[0]:
                raise BadInput(
                    f"The key {mark} is the newest, which seals: add another first with “rounds keys rotate”."
                )
            self._write(file, tuple(key for key in ring.keys if mark_of(key) != mark))

    def _now(self) -> _Ring:
        """The keys as the file has them at this moment; one look at its date costs a microsecond."""
        if self._file is None:
            return self._ring
        stamp = _stamp(self._file)
        # A file that went away takes nothing from a process that has read it: a new key in its place would hide the mistake.
        if stamp is not None and stamp != self._ring.stamp:
            self._ring = _Ring.of(_read(self._file), stamp)
        return self._ring

    def _make_first(self) -> None:
        assert self._file is not None, "configured keys are never none"
        try:
            write_once(self._file, f"{_NOTE}{new_key()}\n")
        except OSError as error:
            raise FieldKeyMissing(
                f"ROUNDS_HOME is {self._file.parent}, where no file can be written ({error.strerror}): set it to a folder "
                "that this user may write to, or set ROUNDS_FIELD_KEYS."
            ) from error

    @contextmanager
    def _changing(self) -> Iterator[Path]:
        """The file, nobody else's to change meanwhile."""
        if self._file is None:
            raise BadInput(
                "The keys are in ROUNDS_FIELD_KEYS, where no command can change them. Put a new one, as “rounds keys new” "
                "makes it, in front of the others there, start Food Rounds again, then run this again."
            )
        self._file.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(self._file.with_name(f"{FILE_NAME}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield self._file
        finally:
            os.close(lock)

    def _write(self, file: Path, keys: tuple[str, ...]) -> None:
        write_anew(file, _NOTE + "".join(f"{key}\n" for key in keys))


def new_key() -> str:
    """A new key: 32 random bytes in URL-safe base64."""
    return Fernet.generate_key().decode("ascii")


def mark_of(key: str) -> str:
    """What names a key without giving it away."""
    return hashlib.sha256(b"food-rounds field key " + key.encode()).hexdigest()[:MARK_LETTERS]


def missing(marks: set[str]) -> FieldKeyMissing:
    """The one sentence about keys that are not here."""
    which = "keys" if len(marks) > 1 else "key"
    return FieldKeyMissing(
        f"The database holds values sealed with the {which} {', '.join(sorted(marks))}, which this server does not have. Put the "
        f"file {FILE_NAME} back into ROUNDS_HOME (a backup holds it), or set ROUNDS_FIELD_KEYS to the keys."
    )


def _read(file: Path) -> tuple[str, ...]:
    try:
        keys = setting_values.field_keys(file.read_text(encoding="ascii"))
    except (OSError, UnicodeDecodeError) as error:
        raise FieldKeyMissing(f"The keys in {file} cannot be read: check who owns the file.") from error
    except ValueError:
        keys = ()
    if not keys:
        raise FieldKeyMissing(f"The file {file} holds no whole keys: put it back from a backup.")
    return keys


def _stamp(file: Path) -> tuple[int, int, int] | None:
    try:
        found = file.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size
