"""Text search: BM25 over an index held in memory."""

import re
from array import array
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

K1 = 1.2
B = 0.75

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Document:
    product_id: int
    text: str

    @classmethod
    def of_product(cls, product_id: int, name: str, category: str, description: str) -> "Document":
        """What is searched of a product: its name, category and description."""
        return cls(product_id, f"{name} {category} {description}")


def tokens(text: str) -> list[str]:
    """The runs of letters and digits in ``text``, lower-case, in order."""
    return _WORD.findall(text.lower())


class Bm25Index:
    """Immutable index of documents; any number of threads may rank at the same time.

    The score of document d for query q is the sum, over the distinct terms t of q, of ::

        ln(1 + (N - n_t + 0.5) / (n_t + 0.5))
            * tf * (K1 + 1) / (tf + K1 * (1 - B + B * |d| / average |d|))

    with N documents, n_t of them containing t, tf occurrences of t in d, and |d| tokens in d.
    Source: Robertson & Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009),
    with 1 added inside the logarithm so that no term counts against a document.
    """

    def __init__(self, documents: Iterable[Document]) -> None:
        """``documents`` have distinct ids; their order does not matter."""
        by_id = sorted(documents, key=lambda document: document.product_id)
        self._ids = np.array([document.product_id for document in by_id], dtype=np.int64)
        self._terms: dict[str, int] = {}
        occurrences, lengths = self._read(by_id)
        self._build_postings(occurrences, lengths)

    def rank(self, query: str) -> list[tuple[int, float]]:
        """All documents with a term of ``query`` as (id, score rounded to six decimals).

        By descending score, ties by ascending id.
        """
        scores = np.zeros(len(self._ids))
        for term in sorted(set(tokens(query)) & self._terms.keys()):
            number = self._terms[term]
            posting = slice(self._bounds[number], self._bounds[number + 1])
            scores[self._documents[posting]] += self._weights[posting]
        hits = np.flatnonzero(scores)
        rounded = np.round(scores[hits], 6)
        order = np.argsort(-rounded, kind="stable")
        return list(zip(self._ids[hits[order]].tolist(), rounded[order].tolist(), strict=True))

    def _read(self, documents: list[Document]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Term numbers of all documents one after another, and the length of each document."""
        number_of = self._terms
        occurrences, lengths = array("i"), array("i")
        for document in documents:
            words = tokens(document.text)
            lengths.append(len(words))
            occurrences.extend([number_of.setdefault(word, len(number_of)) for word in words])
        return np.array(occurrences, dtype=np.int32), np.array(lengths, dtype=np.int32)

    def _build_postings(self, occurrences: NDArray[np.int32], lengths: NDArray[np.int32]) -> None:
        """Lay out, term by term, the documents that contain it and what it adds to their score."""
        count = len(lengths)
        document_of = np.repeat(np.arange(count), lengths)
        pairs, tf = np.unique(
            occurrences.astype(np.int64) * count + document_of, return_counts=True
        )
        term, document = np.divmod(pairs, max(count, 1))
        containing = np.bincount(term, minlength=len(self._terms))
        idf = np.log(1 + (count - containing + 0.5) / (containing + 0.5))
        average_length = lengths.mean() if lengths.any() else 1.0
        length_norm = K1 * (1 - B + B * lengths / average_length)
        self._weights = idf[term] * tf * (K1 + 1) / (tf + length_norm[document])
        self._documents = document.astype(np.int32)
        self._bounds = np.concatenate(([0], np.cumsum(containing)))
