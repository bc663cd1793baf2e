package io.modrt.tree;

import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * An index that {@code modprobe} reads, such as {@code modules.dep.bin}: a map from keys to values with priorities, as a radix tree.
 *
 * <p>All numbers are of 32 bits, big endian. The file starts with a magic number, a version, and the offset of the root. A node is written
 * behind its children; its offset has in its upper bits what parts the node has, in this order: a prefix (a string that ends with NUL);
 * children (the first and the last character of a range, and for each character in it an offset, 0 for none); values (their number, and for
 * each the priority and a string that ends with NUL). Values are sorted by priority. The root has no prefix. Keys are ASCII.
 */
final class IndexFile {
    private static final int MAGIC = 0xb007_f457;
    private static final int VERSION = 0x0002_0001;
    private static final int HEADER_BYTES = 12;
    private static final int HAS_PREFIX = 0x8000_0000;
    private static final int HAS_VALUES = 0x4000_0000;
    private static final int HAS_CHILDREN = 0x2000_0000;
    private static final int MOST_BYTES = 0x1000_0000;

    private record Value(int priority, String text) {}

    private final Map<String, List<Value>> entries = new TreeMap<>();

    /** Adds a value to a key. */
    void add(String key, String value, int priority) {
        for (int i = 0; i < key.length(); i++) {
            if (key.charAt(i) == 0 || key.charAt(i) >= 0x80) {
                throw new FormatException(Refusal.beyondKernel("modules index: \"" + key
                        + "\" has a character that is not of 7-bit ASCII; depmod ends with an error too"));
            }
        }
        entries.computeIfAbsent(key, k -> new ArrayList<>()).add(new Value(priority, value));
    }

    /** A node that is being written: what its subtree's keys are, and where those of its children that are written lie. */
    private static final class Open {
        private final int depth;
        private final int prefixEnd;
        private final int end;
        private int next;
        private final List<Integer> children = new ArrayList<>();
        private final List<Character> characters = new ArrayList<>();

        Open(int depth, int prefixEnd, int from, int end) {
            this.depth = depth;
            this.prefixEnd = prefixEnd;
            this.next = from;
            this.end = end;
        }
    }

    /** The bytes of the file. */
    byte[] bytes() {
        String[] keys = entries.keySet().toArray(new String[0]);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(ByteBuffer.allocate(HEADER_BYTES).array());
        Deque<Open> path = new ArrayDeque<>();
        path.push(new Open(0, 0, 0, keys.length));
        int root = 0;
        while (!path.isEmpty()) {
            Open node = path.element();
            int first = node.next;
            if (first < node.end && keys[first].length() == node.prefixEnd) {
                node.next = ++first; // the key ends here: its values are the node's own
            }
            if (first < node.end) {
                char character = keys[first].charAt(node.prefixEnd);
                int last = first;
                while (last < node.end && keys[last].charAt(node.prefixEnd) == character) {
                    last++;
                }
                node.characters.add(character);
                node.next = last;
                int depth = node.prefixEnd + 1;
                path.push(new Open(depth, depth + common(keys[first], keys[last - 1], depth), first, last));
            } else {
                path.pop();
                int offset = write(node, keys, out);
                if (path.isEmpty()) {
                    root = offset;
                } else {
                    path.element().children.add(offset);
                }
            }
        }
        byte[] file = out.toByteArray();
        ByteBuffer.wrap(file).putInt(MAGIC).putInt(VERSION).putInt(root);
        return file;
    }

    private static int common(String one, String other, int from) {
        int at = from;
        while (at < one.length() && at < other.length() && one.charAt(at) == other.charAt(at)) {
            at++;
        }
        return at - from;
    }

    /** Writes a node whose children are written; returns its offset with the bits that tell its parts. */
    private int write(Open node, String[] keys, ByteArrayOutputStream out) {
        int offset = out.size();
        if (offset >= MOST_BYTES) {
            throw new FormatException(Refusal.beyondKernel(
                    "modules index: grows past " + MOST_BYTES + " bytes, which its offsets cannot tell"));
        }
        if (node.end == 0) {
            return offset; // an index without keys is its header
        }
        String key = keys[node.end - 1];
        if (node.prefixEnd > node.depth) {
            offset |= HAS_PREFIX;
            string(key.substring(node.depth, node.prefixEnd), out);
        }
        if (!node.children.isEmpty()) {
            offset |= HAS_CHILDREN;
            char first = node.characters.get(0);
            char last = node.characters.get(node.characters.size() - 1);
            int[] offsets = new int[last - first + 1];
            for (int i = 0; i < node.children.size(); i++) {
                offsets[node.characters.get(i) - first] = node.children.get(i);
            }
            out.write(first);
            out.write(last);
            Arrays.stream(offsets).forEach(child -> word(child, out));
        }
        List<Value> values = entries.get(key.substring(0, node.prefixEnd));
        if (values != null) {
            offset |= HAS_VALUES;
            word(values.size(), out);
            List<Value> sorted = new ArrayList<>(Objects.requireNonNull(values));
            sorted.sort(Comparator.comparingInt(Value::priority));
            for (Value value : sorted) {
                word(value.priority, out);
                string(value.text, out);
            }
        }
        return offset;
    }

    private static void string(String text, ByteArrayOutputStream out) {
        out.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
        out.write(0);
    }

    private static void word(int value, ByteArrayOutputStream out) {
        out.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(value).array());
    }
}
