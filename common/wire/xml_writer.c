#include "wire/xml_writer.h"

#include <string.h>

#include "base/bug.h"
#include "wire/xml_escape.h"

enum { NUMBER_BYTES = 24 };

static void put(struct xml_writer *writer, struct span bytes)
{
    if (writer->rc == ERR_OK)
        writer->rc = xml__put_bytes(writer, bytes);
}

static void put_escaped(struct xml_writer *writer, struct span text,
                        enum xml_place place)
{
    if (writer->rc == ERR_OK)
        writer->rc = xml__put_escaped(writer, text, place);
}

void xml_end_tag(struct xml_writer *writer)
{
    if (writer->is_tag_open)
        put(writer, SPAN(">"));
    writer->is_tag_open = false;
}

void xml_open(struct xml_writer *writer, const char *name, const char *ns)
{
    xml_end_tag(writer);
    put(writer, SPAN("<"));
    put(writer, span_of(name));
    if (ns != NULL)
        xml_put_attr_text(writer, "xmlns", ns);
    writer->is_tag_open = true;
    /* Counted even past the end, so that opens and closes stay in step. */
    if (writer->depth < XML_WRITER_DEPTH_MAX)
        writer->names[writer->depth] = name;
    else if (writer->rc == ERR_OK)
        writer->rc = ERR_LIMIT;
    writer->depth++;
}

void xml_close(struct xml_writer *writer)
{
    BUG_IF(writer->depth == 0);
    writer->depth--;
    if (writer->is_tag_open) {
        put(writer, SPAN("/>"));
    } else if (writer->depth < XML_WRITER_DEPTH_MAX) {
        put(writer, SPAN("</"));
        put(writer, span_of(writer->names[writer->depth]));
        put(writer, SPAN(">"));
    }
    writer->is_tag_open = false;
}

void xml_put_attr(struct xml_writer *writer, const char *name,
                  struct span value)
{
    if (value.at == NULL)
        return;
    put(writer, SPAN(" "));
    put(writer, span_of(name));
    put(writer, SPAN("='"));
    put_escaped(writer, value, XML_IN_ATTR);
    put(writer, SPAN("'"));
}

void xml_put_attr_text(struct xml_writer *writer, const char *name,
                       const char *value)
{
    xml_put_attr(writer, name, span_of(value));
}

void xml_put_attr_number(struct xml_writer *writer, const char *name,
                         int64_t value)
{
    char text[NUMBER_BYTES];
    char *at = text + sizeof(text);
    uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

    do {
        *--at = (char)('0' + left % 10);
        left /= 10;
    } while (left > 0);
    if (value < 0)
        *--at = '-';
    xml_put_attr(writer, name,
                 (struct span){at, (size_t)(text + sizeof(text) - at)});
}

void xml_put_text(struct xml_writer *writer, struct span text)
{
    if (text.len == 0)
        return;
    xml_end_tag(writer);
    put_escaped(writer, text, XML_IN_TEXT);
}

void xml_put_element(struct xml_writer *writer, const char *name,
                     const char *ns, struct span text)
{
    xml_open(writer, name, ns);
    xml_put_text(writer, text);
    xml_close(writer);
}

void xml_put_written(struct xml_writer *writer, struct span written)
{
    if (written.len == 0)
        return;
    xml_end_tag(writer);
    put(writer, written);
}
