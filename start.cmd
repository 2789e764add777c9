@echo off
rem Vraagbaak on Windows without make. Double-click, or: start.cmd --port 9000
rem Installs into .venv the first time and after an update, then opens the chat in the browser.
setlocal
cd /d "%~dp0"

set "PYTHON=python"
where py >nul 2>nul && set "PYTHON=py -3"
%PYTHON% -c "import sys; sys.exit(sys.version_info < (3, 11))" 2>nul || goto no_python

if not exist ".venv\Scripts\python.exe" (
    %PYTHON% -m venv .venv || goto failed
)
fc /b constraints.txt ".venv\installed.txt" >nul 2>nul && goto start
echo Vraagbaak wordt klaargezet. Dit duurt een paar minuten.
".venv\Scripts\python.exe" -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable . || goto failed
copy /y constraints.txt ".venv\installed.txt" >nul

:start
".venv\Scripts\vraagbaak.exe" chat %*
if errorlevel 1 pause
exit /b %errorlevel%

:no_python
echo Vraagbaak heeft Python 3.11 of nieuwer nodig. Haal het van python.org en start dit bestand opnieuw.
pause
exit /b 1

:failed
echo Klaarzetten is niet gelukt. Hierboven staat waarom. Controleer de verbinding met internet en start dit bestand opnieuw.
pause
exit /b 1
