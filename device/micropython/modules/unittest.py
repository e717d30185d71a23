# SPDX-License-Identifier: GPL-2.0-only OR MIT
# As much of unittest as tests on a device want: cases, their checks, and main().
import sys


class SkipTest(Exception):
    pass


class AssertRaisesContext:
    def __init__(self, wanted):
        self.wanted = wanted

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        self.exception = value
        if kind is None:
            raise AssertionError("%r was not raised" % self.wanted)
        return issubclass(kind, self.wanted)


class TestCase:
    def setUp(self):
        pass

    def tearDown(self):
        pass

    def fail(self, msg=None):
        raise AssertionError(msg)

    def skipTest(self, reason):
        raise SkipTest(reason)

    def _check(self, well, msg, what, *values):
        if not well:
            raise AssertionError(msg or what % values)

    def assertEqual(self, a, b, msg=None):
        self._check(a == b, msg, "%r is not %r", a, b)

    def assertNotEqual(self, a, b, msg=None):
        self._check(a != b, msg, "both are %r", a)

    def assertTrue(self, a, msg=None):
        self._check(a, msg, "%r is not true", a)

    def assertFalse(self, a, msg=None):
        self._check(not a, msg, "%r is true", a)

    def assertIs(self, a, b, msg=None):
        self._check(a is b, msg, "%r is another one than %r", a, b)

    def assertIsNone(self, a, msg=None):
        self._check(a is None, msg, "%r is not None", a)

    def assertIsNotNone(self, a, msg=None):
        self._check(a is not None, msg, "it is None")

    def assertIn(self, a, b, msg=None):
        self._check(a in b, msg, "%r is not in %r", a, b)

    def assertNotIn(self, a, b, msg=None):
        self._check(a not in b, msg, "%r is in %r", a, b)

    def assertIsInstance(self, a, b, msg=None):
        self._check(isinstance(a, b), msg, "%r is no %r", a, b)

    def assertLess(self, a, b, msg=None):
        self._check(a < b, msg, "%r is not less than %r", a, b)

    def assertGreater(self, a, b, msg=None):
        self._check(a > b, msg, "%r is not greater than %r", a, b)

    def assertAlmostEqual(self, a, b, places=7, msg=None, delta=None):
        near = delta if delta is not None else 0.5 * 10 ** -places
        self._check(a == b or abs(a - b) <= near, msg, "%r is not nearly %r", a, b)

    def assertRaises(self, wanted, function=None, *args, **named):
        context = AssertRaisesContext(wanted)
        if function is None:
            return context
        with context:
            function(*args, **named)
        return None


def skip(reason):
    def wrap(function):
        def skipped(*args):
            raise SkipTest(reason)
        return skipped
    return wrap


def skipIf(condition, reason):
    return skip(reason) if condition else lambda function: function


def skipUnless(condition, reason):
    return skipIf(not condition, reason)


class _Counts:
    def __init__(self):
        self.ran = self.skipped = self.failures = self.errors = 0


def _run_one(counts, case, name):
    counts.ran += 1
    print("%s (%s) ... " % (name, case.__class__.__qualname__), end="")
    try:
        case.setUp()
        try:
            getattr(case, name)()
        finally:
            case.tearDown()
        print("ok")
    except SkipTest as reason:
        counts.skipped += 1
        print("skipped:", reason)
    except AssertionError as wrong:
        counts.failures += 1
        print("FAIL")
        sys.print_exception(wrong)
    except Exception as wrong:
        counts.errors += 1
        print("ERROR")
        sys.print_exception(wrong)


def main(module="__main__"):
    """Runs all cases of a module, or of a name of one, and says how it went."""
    if isinstance(module, str):
        module = __import__(module)
    counts = _Counts()
    for name in dir(module):
        kind = getattr(module, name)
        if not isinstance(kind, type) or kind is TestCase or not issubclass(kind, TestCase):
            continue
        case = kind()
        if hasattr(kind, "setUpClass"):
            kind.setUpClass()
        for method in dir(kind):
            if method.startswith("test"):
                _run_one(counts, case, method)
        if hasattr(kind, "tearDownClass"):
            kind.tearDownClass()
    print("-" * 70)
    print("Ran %d tests\n" % counts.ran)
    if counts.failures or counts.errors:
        print("FAILED (failures=%d, errors=%d)" % (counts.failures, counts.errors))
    else:
        print("OK (skipped=%d)" % counts.skipped if counts.skipped else "OK")
    return counts
