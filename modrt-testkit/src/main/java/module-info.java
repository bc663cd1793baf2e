/** What the tests of projects that use modrt need. */
module io.modrt.testkit {
    requires transitive io.modrt.api;
    requires transitive org.junit.jupiter.api;
    requires transitive com.google.common.jimfs;
}
