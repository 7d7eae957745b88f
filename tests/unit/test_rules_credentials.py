import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.rules.credentials import hash_password, normalise_email, verify_password

passwords = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200)


@settings(max_examples=20, deadline=None)
@given(password=passwords)
def test_a_password_verifies_against_its_own_hash(password: str) -> None:
    assert verify_password(password, hash_password(password))


@settings(max_examples=20, deadline=None)
@given(password=passwords, other=passwords)
def test_another_password_does_not_verify(password: str, other: str) -> None:
    assert verify_password(other, hash_password(password)) == (other == password)


def test_the_same_password_gets_another_hash_each_time() -> None:
    assert hash_password("secret-word") != hash_password("secret-word")


def test_the_same_salt_gives_the_same_hash() -> None:
    assert hash_password("secret-word", b"salt") == hash_password("secret-word", b"salt")


def test_a_hash_of_another_cost_still_verifies() -> None:
    # RFC 7914, section 12: scrypt("pleaseletmein", "SodiumChloride", N=16384, r=8, p=1), 32 bytes
    known = "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
    stored = f"scrypt$16384$8$1${b'SodiumChloride'.hex()}${known}"
    assert verify_password("pleaseletmein", stored)


@pytest.mark.parametrize("stored", ["", "plain-text", "md5$1$1$1$00$00"])
def test_what_is_no_hash_is_refused(stored: str) -> None:
    with pytest.raises(ValueError, match=r"scheme|unpack"):
        verify_password("secret-word", stored)


def test_addresses_that_differ_in_case_are_the_same() -> None:
    assert normalise_email("Ada@Example.COM") == "ada@example.com"


@given(email=st.emails())
def test_a_normalised_address_is_normal(email: str) -> None:
    assert normalise_email(normalise_email(email)) == normalise_email(email)
