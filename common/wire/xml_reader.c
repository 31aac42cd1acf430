#include "wire/xml_reader.h"

#include <expat.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "wire/xml_expat.h"

