"""XMP packets as darktable, digiKam and Lightroom write them, after their public formats: short, but in all forms.

Every one holds the tags places/Germany/Berlin and party, and properties that only its own program understands.
"""

from __future__ import annotations

DARKTABLE = b"""<?xml version="1.0" encoding="UTF-8"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:exif="http://ns.adobe.com/exif/1.0/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/"
    xmlns:darktable="http://darktable.sf.net/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:lr="http://ns.adobe.com/lightroom/1.0/"
   exif:DateTimeOriginal="2023:06:11 17:20:01.000"
   xmp:Rating="3"
   xmpMM:DerivedFrom="a.jpg"
   darktable:import_timestamp="63823016000000000"
   darktable:xmp_version="5"
   darktable:raw_params="0"
   darktable:auto_presets_applied="1"
   darktable:history_end="2">
   <darktable:masks_history>
    <rdf:Seq/>
   </darktable:masks_history>
   <darktable:history>
    <rdf:Seq>
     <rdf:li
      darktable:num="0"
      darktable:operation="exposure"
      darktable:enabled="1"
      darktable:params="gz12eJxjYGBgYAFiCQYYOOHEgAZY0QVwggZ7CB6pfNoAAE4gGQg="
      darktable:multi_name=""/>
     <rdf:li
      darktable:num="1"
      darktable:operation="flip"
      darktable:enabled="0"
      darktable:params="ffffffff"/>
    </rdf:Seq>
   </darktable:history>
   <dc:subject>
    <rdf:Bag>
     <rdf:li>Berlin</rdf:li>
     <rdf:li>Germany</rdf:li>
     <rdf:li>party</rdf:li>
     <rdf:li>places</rdf:li>
    </rdf:Bag>
   </dc:subject>
   <lr:hierarchicalSubject>
    <rdf:Bag>
     <rdf:li>party</rdf:li>
     <rdf:li>places|Germany|Berlin</rdf:li>
    </rdf:Bag>
   </lr:hierarchicalSubject>
   <dc:title>
    <rdf:Alt>
     <rdf:li xml:lang="x-default">On the roof</rdf:li>
    </rdf:Alt>
   </dc:title>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
"""

DIGIKAM = b"""<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:digiKam="http://www.digikam.org/ns/1.0/"
    xmlns:MicrosoftPhoto="http://ns.microsoft.com/photo/1.0/"
    xmlns:lr="http://ns.adobe.com/lightroom/1.0/"
    xmlns:acdsee="http://ns.acdsee.com/iptc/1.0/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"
   digiKam:ColorLabel="1"
   digiKam:PickLabel="3"
   MicrosoftPhoto:Rating="75"
   acdsee:rating="4"
   xmp:Rating="4"
   xmp:Label="Red">
   <digiKam:TagsList>
    <rdf:Seq>
     <rdf:li>places/Germany/Berlin</rdf:li>
     <rdf:li>party</rdf:li>
    </rdf:Seq>
   </digiKam:TagsList>
   <digiKam:CaptionsAuthorNames>
    <rdf:Alt>
     <rdf:li xml:lang="x-default">Ann</rdf:li>
    </rdf:Alt>
   </digiKam:CaptionsAuthorNames>
   <MicrosoftPhoto:LastKeywordXMP>
    <rdf:Bag>
     <rdf:li>places/Germany/Berlin</rdf:li>
     <rdf:li>party</rdf:li>
    </rdf:Bag>
   </MicrosoftPhoto:LastKeywordXMP>
   <lr:hierarchicalSubject>
    <rdf:Bag>
     <rdf:li>places|Germany|Berlin</rdf:li>
     <rdf:li>party</rdf:li>
    </rdf:Bag>
   </lr:hierarchicalSubject>
   <dc:subject>
    <rdf:Bag>
     <rdf:li>Berlin</rdf:li>
     <rdf:li>party</rdf:li>
    </rdf:Bag>
   </dc:subject>
   <dc:description>
    <rdf:Alt>
     <rdf:li xml:lang="x-default">Under the roof &amp; over it</rdf:li>
     <rdf:li xml:lang="de-DE">Unterm Dach</rdf:li>
    </rdf:Alt>
   </dc:description>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""

LIGHTROOM = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Adobe XMP Core 7.0-c000 1.000000, 0000/00/00-00:00:00">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
    xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/"
    xmlns:stEvt="http://ns.adobe.com/xap/1.0/sType/ResourceEvent#"
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:lr="http://ns.adobe.com/lightroom/1.0/"
    xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/"
   xmp:CreatorTool="NIKON D750 Ver.1.15 "
   xmp:MetadataDate="2023-06-12T09:41:33+02:00"
   xmp:Rating="5"
   photoshop:SidecarForExtension="NEF"
   crs:Version="15.4"
   crs:Exposure2012="+0.35"
   crs:RawFileName="a.NEF">
   <xmpMM:History>
    <rdf:Seq>
     <rdf:li
      stEvt:action="saved"
      stEvt:changed="/metadata"/>
    </rdf:Seq>
   </xmpMM:History>
   <dc:subject>
    <rdf:Bag>
     <rdf:li>Berlin</rdf:li>
     <rdf:li>Germany</rdf:li>
     <rdf:li>party</rdf:li>
    </rdf:Bag>
   </dc:subject>
   <lr:hierarchicalSubject>
    <rdf:Bag>
     <rdf:li>party</rdf:li>
     <rdf:li>places|Germany|Berlin</rdf:li>
    </rdf:Bag>
   </lr:hierarchicalSubject>
   <crs:ToneCurvePV2012>
    <rdf:Seq>
     <rdf:li>0, 0</rdf:li>
     <rdf:li>255, 255</rdf:li>
    </rdf:Seq>
   </crs:ToneCurvePV2012>
   <crs:Look>
    <rdf:Description
     crs:Name="Adobe Color"
     crs:Amount="1">
    <crs:Parameters>
     <rdf:Description
      crs:Version="15.4">
     </rdf:Description>
    </crs:Parameters>
    </rdf:Description>
   </crs:Look>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
"""

ALL = {"darktable": DARKTABLE, "digikam": DIGIKAM, "lightroom": LIGHTROOM}


def packet(body: str, attributes: str = "") -> bytes:
    """A small packet with these properties, in the common prefixes."""
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:lr="http://ns.adobe.com/lightroom/1.0/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
        f' xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/" {attributes}>{body}</rdf:Description></rdf:RDF>'
        "</x:xmpmeta>"
    ).encode()


def keywords(*names: str, rating: int = 0) -> bytes:
    """A small packet with names of `dc:subject`."""
    items = "".join(f"<rdf:li>{name}</rdf:li>" for name in names)
    stars = f'xmp:Rating="{rating}"' if rating else ""
    return packet(f"<dc:subject><rdf:Bag>{items}</rdf:Bag></dc:subject>" if items else "", stars)
