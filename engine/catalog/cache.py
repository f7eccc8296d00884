"""Cache: keyed entries in memory; a hit answers at once, a miss goes on through its link or is reported.

Models keys, eviction, sizes, time to live, who fetches what has expired, what becomes of writes, and rings of
instances. Leaves out its own overload:
it serves any number of look-ups at once. Its fields, which a CDN has as well, are in ``keyed_cache``.
"""

from __future__ import annotations

from engine.catalog.keyed_cache import CACHE_METRICS, CacheConfig, lower
from engine.catalog.preset import Preset
from engine.model.component import Component
from engine.model.prices import Pricing

HELP = """\
Keeps answers by key. What it does on a miss depends on its links:

- **Read-through**: with an outgoing link it fetches what it lacks through that link and keeps it.
- **Look-aside**: without one it answers *miss*, and the caller asks elsewhere over a link with
  *When: miss*; that answer is then stored here.

A **write** goes on: read-through over the outgoing link, look-aside over the caller's link with *When: miss*.
What becomes of its key here is the **write policy**:

| policy | the key | a read after the write |
|---|---|---|
| *invalidate* | is dropped | misses, and fetches the new value |
| *around* | stays as it is | is stale until the key expires |
| *through* | gets the new value once it is behind | hits |
| *behind* | gets the new value, is answered, and goes on later | hits; a crash takes what waits (`lost_writes`) |

Writes that fail behind after all retries are `write_errors`: whoever wrote believes in them. Other readers of
the database see them late.

The hit ratio follows from the capacity and from how skewed the keys are: 1000 entries of 10 000 keys with
Zipf skew .8 hit 44 % with LRU, 39 % with FIFO or random, 57 % with LFU. LFU also counts how often keys
are asked for that it does not hold, of up to four keys for each entry (two million at most).

**Sampled LRU** is Redis's: of 5 entries drawn the least recently used goes, here without the pool of candidates that
Redis remembers from one eviction to the next, and with an exact clock. **W-TinyLFU** is Caffeine's: a window of 1 %,
then a segmented LRU (80 % protected) into which only comes what a count-min sketch has seen more often than whoever
would go; the window keeps its size. **S3-FIFO** has a small line of a tenth, a main one, and a list of those that
were new and went unused: who comes back from there is kept. **None** refuses what finds no room: that is counted
under *write errors*, and a write from outside fails with *error*.

**Bytes.** With a capacity in bytes, entries go until the new one fits; one that is larger than all of it is
not kept. An entry is as large as the answer of its class, unless *Entry size* says otherwise. Where one of
the two is set, results also show the bytes held and the mean age of what hits were answered with.

**Who fetches.** A popular key that expires is fetched by everyone at once (a *stampede*): by *1 + rate × time of a fetch*
requests. *Single-flight* lets one fetch it while the others wait; *Fill* says it in other ways, and
`fetches_per_expiry` measures it:

| fill | who fetches | at 1000/s and .2 s a fetch |
|---|---|---|
| *none* | everybody until the first is back | 201 |
| *single_flight* | one; others wait for it, and fail with it | 1 |
| *lease* | one has a token for 10 s; a write takes it away, so that nothing old is stored after it. Works beside as well | 1 |
| *early* (XFetch) | hits fetch anew shortly before the key expires, by chance | e = 2.7, and nobody waits |

**Revalidate** *etag* keeps what has expired and asks whether it has changed: if not (`revalidated`), the answer is 300 bytes
of headers, which the links count. It saves bytes, not round trips; a browser does it (scope *user*), and a CDN.

**When it is dead**, callers fail unless their link or flow to what is behind says *When: miss or failed*: a dead cache
is a miss then, and everything comes at once.

**Old answers on purpose** (`served_stale`): *stale while revalidate* serves what has expired while one fetches it anew, *stale
if error* where it cannot be fetched. What is kept for that takes room. Nothing lives longer than its time to live and
these windows; *TTL jitter* makes it shorter, so that what was stored at once does not expire at once.

With **scope** *user* it is as many caches as there are users, each of this capacity: on their own devices, with a
last mile behind it rather than before. What one has fetched, no other has. It evicts *lru*, *fifo* or *none*; the users
are those that the client tells apart.

**Stale hits.** Each write that succeeds at the database behind (or beside) gives its key a new version; a hit with an
older one than the newest that was acknowledged when the look-up began is *stale*. With writes at rate *w* a key past
the cache and a time to live *T*, 1 - (1 - e^(-wT)) ÷ (wT) of the hits are: 37 % where *wT* is 1. It is measured
wherever a request class writes.

**Several instances** are a ring: each has a store of its own, and the key says which one has it. When one of ten is
lost, a tenth of the hits is: at 95 % hits what is behind gets 2.9 times the load. Calls to an instance that is down
fail with *unavailable*; a link with *When: miss or failed* then asks elsewhere. A **gutter** of spare instances
(the last in lists) answers in its place, and holds what it has fetched for a short while; **copies** on the next instances do so at once.
Behind a balancer that does not pick by key every instance gets every key: give it the picker *hash* with the map *ring*,
or none.

**It fails** by being emptied: what stood behind a cache with 90 % hits gets ten times the load at once.

**Left out:** the time in which callers learn that an instance is down (they know at once), writes that a gutter or a
copy misses, what keys and bookkeeping take beside an entry.

Compare: Redis, Memcached, Varnish, Caffeine.
"""

PRESET = Preset(
    Component(
        kind="cache",
        title="Cache",
        category="Data",
        summary="Keeps answers by key, in memory",
        icon="cache",
        help=HELP,
        config=CacheConfig,
        input="calls",
        output="calls",
        pricing=Pricing(hour="cache_hour"),
        metrics=CACHE_METRICS,
        headline="hit_ratio",
    ),
    lower,
)
