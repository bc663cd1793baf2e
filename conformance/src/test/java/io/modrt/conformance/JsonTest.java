package io.modrt.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTest {

    @Test
    void valuesAreWrittenOnOneLineWithWhatMustBeEscaped() {
        Map<String, Object> value = new LinkedHashMap<>();
        value.put("text", "a \"b\" \\ c\nd\te\u0001");
        value.put("number", 12L);
        value.put("yes", true);
        value.put("list", List.of(1, "x", Map.of()));

        assertEquals(
                "{\"text\":\"a \\\"b\\\" \\\\ c\\nd\\te\\u0001\",\"number\":12,\"yes\":true,\"list\":[1,\"x\",{}]}",
                Json.of(value));
    }
}
