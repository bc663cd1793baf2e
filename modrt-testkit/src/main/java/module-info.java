/** What the tests of projects that use modrt need. */
module io.modrt.testkit {
    requires static org.apiguardian.api;
    requires static org.jspecify;
    requires transitive io.modrt.api;
    requires transitive org.junit.jupiter.api;
    requires transitive com.google.common.jimfs;

    exports io.modrt.testkit;
    exports io.modrt.testkit.assertions;
    exports io.modrt.testkit.contract;
    exports io.modrt.testkit.junit;
    exports io.modrt.testkit.port;

    uses io.modrt.spi.Arch;

    // JUnit calls the contract's tests, and makes the extension.
    opens io.modrt.testkit.contract to
            org.junit.platform.commons;
}
