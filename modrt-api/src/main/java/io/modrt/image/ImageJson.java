package io.modrt.image;

import io.modrt.address.Address;
import io.modrt.image.ImageResult.ModuleResult;
import io.modrt.verify.Reason;
import io.modrt.verify.VerificationResult;
import io.modrt.verify.VerificationResult.Difference;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/** The text of {@link ImageResult#toJson}. Addresses are strings of hexadecimal digits, since JSON's numbers have too few bits. */
final class ImageJson {
    private final StringBuilder json = new StringBuilder();

    String of(ImageResult result) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("clean", result.isClean());
        all.put("kernel", result.profile().toString());
        all.put("addresses", result.evidence());
        all.put("listHead", result.listHead());
        Map<String, Object> fields = new LinkedHashMap<>();
        result.shape().fields().forEach((name, field) -> {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("offset", field.offset());
            one.put("modules", field.modules());
            one.put("evidence", field.evidence());
            fields.put(name, one);
        });
        all.put("structModule", fields);
        all.put(
                "findings",
                result.kernelFindings().stream().map(ImageJson::finding).toList());
        all.put("kernelCompared", result.kernel().isPresent());
        all.put("kernelText", result.kernel().map(ImageJson::kernel));
        all.put("modules", result.modules().stream().map(ImageJson::module).toList());
        value(all);
        return json.append('\n').toString();
    }

    private static Map<String, Object> finding(Finding finding) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("kind", finding.kind());
        one.put("alarm", finding.isAlarm());
        one.put("module", finding.module());
        one.put("place", finding.place());
        one.put("where", finding.where());
        one.put("target", finding.target());
        one.put("text", finding.text());
        return one;
    }

    private static Map<String, Object> kernel(KernelResult kernel) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("clean", kernel.isClean());
        one.put("findings", kernel.findings().stream().map(ImageJson::finding).toList());
        putWords(kernel.verification(), one);
        return one;
    }

    private static void putWords(VerificationResult verification, Map<String, Object> one) {
        one.put("words", words(verification));
        one.put("sites", verification.sites());
        one.put(
                "unexplained",
                verification.differences().stream().map(ImageJson::difference).toList());
    }

    private static Map<String, Object> module(ModuleResult module) {
        FoundModule found = module.module();
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("name", found.name());
        one.put("clean", module.isClean());
        one.put("verdict", module.verdict());
        one.put("listed", found.isListed());
        one.put("state", found.state());
        one.put("structModule", found.structModule());
        one.put("regions", new TreeMap<>(found.regions()));
        one.put("sections", found.sections());
        one.put("references", found.references());
        one.put("users", found.users());
        one.put("taints", found.taints());
        one.put("parameters", found.parameters());
        one.put("evidence", found.evidence().stream().map(ImageJson::evidence).toList());
        one.put("problems", module.problems());
        one.put("findings", module.findings().stream().map(ImageJson::finding).toList());
        module.verification().ifPresent(verification -> putWords(verification, one));
        return one;
    }

    private static Map<String, Object> evidence(PlacementEvidence evidence) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("part", evidence.part());
        one.put("address", evidence.address());
        one.put("source", evidence.source());
        one.put("detail", evidence.detail());
        return one;
    }

    private static Map<String, Object> words(VerificationResult verification) {
        Map<String, Object> words = new LinkedHashMap<>();
        for (Reason reason : Reason.values()) {
            words.put(reason.toString(), verification.words(reason));
        }
        return words;
    }

    private static Map<String, Object> difference(Difference difference) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("address", difference.address());
        one.put("area", difference.area());
        one.put("symbol", difference.symbol());
        one.put("expected", ChangedWords.hex(difference.expected()));
        one.put("found", ChangedWords.hex(difference.found()));
        one.put("why", difference.why());
        return one;
    }

    private void value(Object value) {
        if (value instanceof Map<?, ?> map) {
            json.append('{');
            String before = "";
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                json.append(before);
                string(String.valueOf(entry.getKey()));
                json.append(':');
                value(entry.getValue());
                before = ",";
            }
            json.append('}');
        } else if (value instanceof List<?> list) {
            json.append('[');
            String before = "";
            for (Object element : list) {
                json.append(before);
                value(element);
                before = ",";
            }
            json.append(']');
        } else if (value instanceof Optional<?> perhaps) {
            perhaps.ifPresentOrElse(this::value, () -> json.append("null"));
        } else if (value instanceof OptionalLong perhaps) {
            json.append(perhaps.isPresent() ? Long.toString(perhaps.getAsLong()) : "null");
        } else if (value instanceof Number || value instanceof Boolean) {
            json.append(value);
        } else {
            string(value instanceof Address address ? address.toString() : String.valueOf(value));
        }
    }

    private void string(String text) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> json.append("\\\"");
                case '\\' -> json.append("\\\\");
                default -> {
                    if (c < ' ' || c > '~') {
                        json.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
                    } else {
                        json.append(c);
                    }
                }
            }
        }
        json.append('"');
    }
}
